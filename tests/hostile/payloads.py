"""Input that means harm or makes no sense, made at test time; nothing of it lies in the repository.

``TRAP`` stands for the address of a listener of ours: whoever follows it is caught (``conftest.trap``).
"""

import json
from typing import Any

TRAP = "http://127.0.0.1:@PORT@"

#: What a text field, a query parameter or a part of an address may be asked to bear.
TEXTS = {
    "empty": "",
    "blank": " \t\n",
    "nul": "a\x00b",
    "only_nul": "\x00",
    "lone_surrogate": "a\ud800b",
    "surrogate_pair_halves": "\udc00\ud800",
    "control_characters": "".join(map(chr, range(1, 32))),
    "bidi": "\u202egnp.exe",
    "zero_width": "\u200b" * 50,
    "combining": "e" + "\u0301" * 300,
    "noncharacter": "\uffff\ufffe",
    "astral": "\U0001f4a9" * 50,
    "long": "a" * 70_000,
    "long_words": "a " * 30_000,
    "huge_number": "9" * 400,
    "negative_number": "-" + "9" * 30,
    "int64_overflow": str(2**63),
    "int32_overflow": str(2**31),
    "nan": "NaN",
    "infinity": "-Infinity",
    "overflowing_float": "1e309",
    "hex": "0x10",
    "arabic_digits": "١٢٣",
    "comma_number": "1,5e-400",
    "sql": "'; DROP TABLE reports_report; --",
    "sql_comment": "1/**/OR/**/1=1",
    "sql_sleep": "1);SELECT pg_sleep(9);--",
    "like_bomb": "%_" * 500,
    "regex_bomb": "(a+)+$" * 50,
    "format": "%s%s%n{0.__class__}${7*7}{{7*7}}{% include '/etc/passwd' %}",
    "html": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "crlf": "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
    "path": "../../../../etc/passwd",
    "encoded_path": "%2e%2e%2f%2e%2e%2fetc%2fpasswd%00",
    "windows_path": "..\\..\\boot.ini",
    "file_url": "file:///etc/passwd",
    "trap_url": f"{TRAP}/x",
    "vsicurl": f"/vsicurl/{TRAP}/x.tif",
    "vsi_zip": "/vsizip/vsimem/x.zip",
    "jndi": "${jndi:ldap://127.0.0.1/x}",
    "wkt_point": "POINT(1e309 NaN)",
    "wkt_nested": "GEOMETRYCOLLECTION(" * 20_000,
    "ewkt_crs": f"SRID={TRAP};POINT(0 0)",
    "ewkb": "0107000020e6100000ffffffff" + "00" * 40,
    "raster": json.dumps({"driver": "GTiff", "name": f"/vsicurl/{TRAP}/x.tif", "srid": 4326}),
    "json_nested": "[" * 30_000,
    "json_object_bomb": '{"a":' * 20_000,
    "json_duplicate_keys": '{"type":"Point","type":"Polygon"}',
    "uuid_like": "00000000-0000-0000-0000-00000000000g",
    "date_overflow": "99999-13-45T99:99:99Z",
    "date_before_time": "-0001-01-01",
    "date_interval": "../..",
    "list": "1,2,3,4,5,6,7,8",
    "many_commas": "," * 20_000,
    "percent": "%",
    "broken_percent": "%zz%u0041",
    "lookup": "id__gt=0&__class__=x",
}

BBOXES = {
    "words": "a,b,c,d",
    "nan": "NaN,NaN,NaN,NaN",
    "overflow": "-1e309,-1e309,1e309,1e309",
    "three": "1,2,3",
    "five": "1,2,3,4,5",
    "hundred": ",".join(["1"] * 100),
    "inverted": "13,52,12,51",
    "whole_world": "-180,-90,180,90",
    "beyond_the_world": "-1e12,-1e12,1e12,1e12",
    "antimeridian": "170,-10,-170,10",
    "one_point": "12.6,51.3,12.6,51.3",
    "swapped": "51.3,12.6,51.4,12.7",
    "injection": "1,2,3,4);SELECT pg_sleep(9)--",
    "empty_parts": ",,,",
    "spaces": " 12 , 51 , 13 , 52 ",
    "tiny": "12,51,12.0000000000000000001,51.0000000000000001",
    "poles": "0,-90,0,90",
}

CRS = {
    "url": f"{TRAP}/crs",
    "file": "/etc/passwd",
    "proj_string": "+proj=tmerc +init=epsg:25833 +nadgrids=@/etc/passwd",
    "wkt": f'GEOGCS["x",DATUM["{TRAP}"]]',
    "unknown_epsg": "http://www.opengis.net/def/crs/EPSG/0/999999",
    "huge_epsg": "http://www.opengis.net/def/crs/EPSG/0/" + "9" * 400,
    "negative": "EPSG:-1",
    "urn": "urn:ogc:def:crs:EPSG::4326#",
    "foreign": "http://www.opengis.net/def/crs/EPSG/0/2056",
    "vsi": f"/vsicurl/{TRAP}/x",
}


def geojson() -> dict[str, Any]:
    """Return geometries that must not be taken where a point in the town is wanted; strings are sent as they are."""
    point = {"type": "Point", "coordinates": [12.6, 51.3]}
    nested: Any = point
    for _ in range(300):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    return {
        "null": None,
        "number": 7,
        "text": "POINT(12.6 51.3)",
        "list": [12.6, 51.3],
        "empty_object": {},
        "no_coordinates": {"type": "Point"},
        "empty_coordinates": {"type": "Point", "coordinates": []},
        "one_number": {"type": "Point", "coordinates": [12.6]},
        "five_numbers": {"type": "Point", "coordinates": [1, 2, 3, 4, 5]},
        "texts": {"type": "Point", "coordinates": ["12.6", "51.3"]},
        "booleans": {"type": "Point", "coordinates": [True, False]},
        "nulls": {"type": "Point", "coordinates": [None, None]},
        "huge": {"type": "Point", "coordinates": [10**400, 51]},
        "metres": {"type": "Point", "coordinates": [333000, 5689000]},
        "swapped": {"type": "Point", "coordinates": [51.3, 12.6]},
        "elsewhere": {"type": "Point", "coordinates": [-74, 40.7]},
        "type_is_a_list": {"type": ["Point"], "coordinates": [12.6, 51.3]},
        "type_is_an_object": {"type": {}, "coordinates": [12.6, 51.3]},
        "unknown_type": {"type": "CircularString", "coordinates": [12.6, 51.3]},
        "polygon": {"type": "Polygon", "coordinates": [[[12, 51], [13, 51], [13, 52], [12, 51]]]},
        "crs_url": {**point, "crs": {"type": "link", "properties": {"href": f"{TRAP}/crs"}}},
        "crs_name": {**point, "crs": {"type": "name", "properties": {"name": "/etc/passwd"}}},
        "nested": nested,
        "deep_coordinates": json.loads("[" * 400 + "]" * 400),
        "raw_nan": '{"type":"Point","coordinates":[NaN,NaN]}',
        "raw_infinity": '{"type":"Point","coordinates":[1e309,51]}',
        "raw_nesting": "[" * 100_000,
        "raw_trailing": '{"type":"Point","coordinates":[12.6,51.3]}}',
        "raster": {"driver": "GTiff", "name": f"/vsicurl/{TRAP}/x.tif"},
        "feature_without_geometry": {"type": "Feature", "geometry": None},
        "collection": {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": point}]},
    }


#: Bodies that are not what their content type says; (content type, body).
BODIES: dict[str, tuple[str, bytes]] = {
    "no_json": ("application/json", b"\xff\xfe\x00"),
    "json_in_utf16": ("application/json", '{"category":"x"}'.encode("utf-16")),
    "json_with_foreign_charset": ("application/json; charset=utf-7", b"+AHs-"),
    "unknown_charset": ("application/json; charset=x-klingon", b"{}"),
    "json_list": ("application/json", b"[]"),
    "json_nothing": ("application/json", b""),
    "json_bomb": ("application/json", b'{"a":' * 50_000),
    "xml": ("application/xml", f'<!DOCTYPE a [<!ENTITY x SYSTEM "{TRAP}/x">]><a>&x;</a>'.encode()),
    "no_type": ("", b"category=street_light"),
    "nonsense_type": ("\x7f/;;;=", b"x"),
    "form_with_half_escapes": ("application/x-www-form-urlencoded", b"description=%ff%fe%zz&point=%"),
    "form_with_many_fields": ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(5000))),
    "form_with_one_huge_field": ("application/x-www-form-urlencoded", b"description=" + b"a" * 3_000_000),
    "form_in_foreign_charset": ("application/x-www-form-urlencoded; charset=x-klingon", b"description=a"),
    "multipart_without_boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "multipart_with_odd_boundary": ("multipart/form-data; boundary=" + "a" * 300, b"--a"),
    "multipart_with_empty_boundary": ("multipart/form-data; boundary=", b"----"),
    "multipart_that_ends_early": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\nab',
    ),
    "multipart_without_names": ("multipart/form-data; boundary=x", b"--x\r\n\r\nabc\r\n--x--\r\n"),
    "multipart_with_false_base64": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="description"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        b"!!!!\r\n--x--\r\n",
    ),
    "multipart_with_path_as_name": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="photos"; filename="../../../etc/passwd\x00.jpg"\r\n\r\n'
        b"abc\r\n--x--\r\n",
    ),
    "multipart_with_many_files": (
        "multipart/form-data; boundary=x",
        b"".join(
            b'--x\r\nContent-Disposition: form-data; name="photos"; filename="%d.jpg"\r\n\r\na\r\n' % n
            for n in range(60)
        )
        + b"--x--\r\n",
    ),
    "multipart_with_endless_header": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 200_000 + b"\r\n\r\nb\r\n--x--\r\n",
    ),
}

#: Headers that a client may write as it likes.
HEADERS: dict[str, dict[str, str]] = {
    "accept_language_bomb": {"Accept-Language": "de-" + "a-" * 4000},
    "accept_nonsense": {"Accept": ";;;q=x,*/*;q=NaN"},
    "forwarded_for_nonsense": {"X-Forwarded-For": "a,b," * 500 + "\x7f"},
    "forwarded_for_ipv6_zone": {"X-Forwarded-For": "fe80::1%eth0"},
    "forwarded_host": {"X-Forwarded-Host": "evil.example"},
    "if_none_match_nonsense": {"If-None-Match": '"' * 999},
    "if_modified_since_nonsense": {"If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT"},
    "range_nonsense": {"Range": "bytes=-99999999999999999999-"},
    "cookie_nonsense": {"Cookie": "sessionid=\\000; csrftoken=" + "x" * 5000 + "; =;=;"},
    "session_of_nobody": {"Cookie": "sessionid=../../etc/passwd"},
    "language_cookie": {"Cookie": "django_language=../../../x"},
    "authorization_nonsense": {"Authorization": "Api-Key \xff\xfe"},
    "basic_nonsense": {"Authorization": "Basic ====="},
    "token_nonsense": {"Authorization": "Bearer " + "a" * 9000},
    "idempotency_nonsense": {"Idempotency-Key": "\x01" * 300},
    "content_encoding": {"Content-Encoding": "gzip"},
    "method_override": {"X-HTTP-Method-Override": "DELETE"},
}
