"""A rule or a category as it stood in one version, beside what it says today."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from apps.accounts.requests import StaffRequest
from apps.departments.differences import differing, in_words
from apps.departments.history import Row, version_of, versions_of


def show_version(request: StaffRequest, row: Row, number: int, *, title: str, page: str) -> HttpResponse:
    """Return the page of version ``number``; ``page`` is the route of the row's own, ``<page>_version`` this one's."""
    version = version_of(row, number)
    if version is None:
        raise Http404
    context = {
        "title": title,
        "back": (page, row.pk),
        "version": version,
        "current": row.version,
        "lines": in_words(version.row),
        "changes": differing(in_words(version.row), in_words(row)),
        "others": versions_of(row),
        "url_name": f"{page}_version",
        "pk": row.pk,
    }
    return render(request, "departments/version.html", context)
