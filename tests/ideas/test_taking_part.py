"""Citizens send ideas, support and discuss them; the services and the pages."""

import threading
import uuid

import pytest
from django.contrib.gis.geos import LineString
from django.db import IntegrityError, connection, transaction

from apps.contributions.contact import ContactData
from apps.geo.audience import ANONYMOUS
from apps.geo.crs import GEO_SRID
from apps.ideas import services
from apps.ideas.identity import identity_of
from apps.ideas.links import find_support, status_token, support_url
from apps.ideas.models import AbuseNote, Comment, Contact, Idea, Support, SupportContact
from apps.ideas.similar import find_similar
from apps.outbox.models import Message
from tests.conftest import at, box, lonlat

TODAY = "2020-01-01"


@pytest.fixture
def call(town, emil):
    """A call for the north-west corner that collects for ever."""
    values = {"title": "Bänke gesucht", "summary": "Wo fehlt eine Bank?", "area": box(0, 0, 1000, 1000)}
    import datetime as dt

    call = services.save_call(municipality=town, actor=emil, values=values, starts={"collect": dt.date(2020, 1, 1)})
    return services.publish_call(call=call, actor=emil)


def send(town, shape=None, **more):
    from apps.ideas.models import shape_columns

    values = {"title": "Plauderbank", "text": "Zum Reden.", "channel": "web", **shape_columns(shape or at(500, 500))}
    return services.submit_idea(municipality=town, actor=None, values=values, **more)


def form(**more):
    lon, lat = lonlat(at(500, 500))
    return {
        "key": str(uuid.uuid4()),
        "title": "Plauderbank",
        "text": "Eine Bank zum Reden.",
        "topic": "social",
        "shape": f"{lon} {lat}",
        "step": "check",
        **more,
    }


# ---- sending ----


@pytest.mark.parametrize(
    ("shape", "inside"),
    [
        (at(1000, 500), True),  # the border counts
        (at(1001, 500), False),
        (LineString(at(900, 500).coords, at(1500, 500).coords, srid=GEO_SRID), True),
        (LineString(at(1100, 500).coords, at(1500, 500).coords, srid=GEO_SRID), False),
        (box(990, 990, 2000, 2000), True),
        (box(1001, 990, 2000, 2000), False),
    ],
)
def test_an_idea_must_touch_the_area_of_its_call(town, call, shape, inside):
    if inside:
        assert send(town, shape, call=call).call == call
    else:
        with pytest.raises(services.OutsideArea, match="Bänke gesucht"):
            send(town, shape, call=call)


def test_without_a_call_an_idea_must_touch_the_town_and_the_town_must_want_it(town, emil):
    with pytest.raises(services.OutsideArea, match="Rasterstadt"):
        send(town, at(-5, 500))
    services.save_rules(municipality=town, actor=emil, values={"accepts_outside_calls": False})
    with pytest.raises(services.ChangeRefused, match="Aufruf"):
        send(town)


def test_the_same_key_makes_one_idea_and_one_mail(town):
    key, anna = uuid.uuid4(), ContactData(email="anna@example.org", wants_updates=True)
    ideas = {send(town, idempotency_key=key, contact=anna).pk for _ in range(3)}
    assert len(ideas) == Idea.objects.count() == Message.objects.count() == 1
    assert status_token(Idea.objects.get()) in Message.objects.get().body


def test_the_town_may_publish_at_once(town, emil):
    services.save_rules(municipality=town, actor=emil, values={"ideas_wait": False})
    assert send(town).is_public


def test_anna_sends_an_idea_without_javascript(client, town, call):
    page = client.get("/ideen/neu/", {"aufruf": call.public_id}).text
    assert "Bänke gesucht" in page
    check = client.post("/ideen/neu/", form(call=call.public_id))
    assert check.status_code == 200 and "Stimmt alles?" in check.text
    done = client.post("/ideen/neu/", form(call=call.public_id, step="send", email="a@example.org", name="Anna"))
    idea = Idea.objects.get()
    assert done.status_code == 302 and (idea.call, idea.channel, idea.status) == (call, "web", "submitted")
    assert "ist angekommen" in client.get(done["Location"]).text
    assert client.get(f"/ideen/{idea.public_id}/").status_code == 404


def test_an_address_is_place_enough(client, town):
    from apps.places.folding import fold_address
    from apps.places.models import Address

    where = {"street": "Lindenstraße", "house_number": "5", "postcode": "04000", "district": "Weststadt"}
    Address.objects.create(municipality=town, point=at(500, 500), search=fold_address(*where.values()), **where)
    sent = client.post("/ideen/neu/", form(shape="", address="Lindenstraße 5", step="send"))
    assert sent.status_code == 302 and Idea.objects.get().point.equals_exact(at(500, 500), 0.01)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "geben Sie Ihrer Idee einen Namen"),
        ({"text": ""}, "beschreiben Sie Ihre Idee"),
        ({"shape": ""}, "zeigen Sie auf der Karte"),
        ({"shape": "hallo"}, "zwei Zahlen"),
        ({"shape": "", "address": "Nirgendwo"}, "Diesen Ort kennen wir nicht"),
        ({"shape": "12.0 51.0"}, "liegt nicht in Rasterstadt"),
        ({"title": "a\x00"}, "unzulässiges Zeichen"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(client, town, wrong, said):
    answer = client.post("/ideen/neu/", form(**wrong))
    assert answer.status_code == 400 and said in answer.text
    assert wrong.get("text") == "" or "Eine Bank zum Reden." in answer.text
    assert not Idea.objects.exists()


def test_similar_and_near_ideas_are_offered_before_sending(client, town, make_idea):
    make_idea("Bank am Weiher", at(520, 500))  # near
    make_idea("Plauderbank zum Reden", at(700, 500))  # alike
    make_idea("Sommerkino", at(700, 520))  # neither
    make_idea("Plauderbank", at(3000, 3000))  # alike, but far
    make_idea("Plauderbank", at(510, 500), published=False)  # nobody's business yet
    text = client.post("/ideen/neu/", form()).text
    for title, offered in (("Bank am Weiher", True), ("Plauderbank zum Reden", True), ("Sommerkino", False)):
        assert (title in text) is offered, title
    found = find_similar(municipality=town.pk, geometry=at(500, 500), words="Plauderbank Eine Bank zum Reden.")
    assert {one.title for one in found} == {"Bank am Weiher", "Plauderbank zum Reden"}


# ---- supporting ----


def confirm(support):
    return services.confirm_support(support=Support.objects.select_related("idea").get(pk=support.pk))


def test_a_support_counts_when_its_address_is_confirmed_and_once(make_idea):
    idea = make_idea("Bank")
    support = services.ask_support(idea=idea, email="Anna@Example.org")
    assert services.ask_support(idea=idea, email="anna+ideen@example.org") == support
    idea.refresh_from_db()
    assert idea.support_count == 0 and Message.objects.count() == 1
    for _ in range(3):
        confirm(support)
    idea.refresh_from_db()
    assert idea.support_count == 1


def test_the_address_is_forgotten_when_it_is_confirmed_unless_news_are_wanted(make_idea):
    idea = make_idea("Bank")
    for email, wants in (("anna@example.org", False), ("otto@example.org", True)):
        confirm(services.ask_support(idea=idea, email=email, wants_updates=wants))
    assert [row.email for row in SupportContact.objects.all()] == ["otto@example.org"]
    assert "example" not in str(list(Support.objects.values()))


def test_an_account_and_its_address_are_one_person(make_idea, bernd):
    idea = make_idea("Bank")
    services.support_by_account(idea=idea, user=bernd)
    confirm(services.ask_support(idea=idea, email=bernd.email))
    idea.refresh_from_db()
    assert idea.support_count == Support.objects.count() == 1


def test_a_support_can_be_withdrawn_and_leaves_nothing(make_idea):
    idea = make_idea("Bank")
    support = confirm(services.ask_support(idea=idea, email="anna@example.org", wants_updates=True))
    services.withdraw_support(support=support)
    idea.refresh_from_db()
    assert idea.support_count == 0 and not Support.objects.exists() and not SupportContact.objects.exists()


def test_the_database_wants_one_support_a_person(make_idea, town):
    idea = make_idea("Bank")
    row = {"municipality": town, "idea": idea, "identity": identity_of("a@b.de", purpose="support", scope=town.pk)}
    Support.objects.create(**row, token_hash="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Support.objects.create(**row, token_hash="2")


@pytest.mark.django_db(transaction=True)
def test_a_hundred_requests_at_once_are_one_support(make_idea):
    """A hundred requests of one person in ten threads, and ten other people among them: eleven."""
    idea = make_idea("Bank")
    together, faults = threading.Barrier(10, timeout=120), []

    def press(number):
        try:
            together.wait()
            for _ in range(10):
                fresh = Idea.objects.select_related("municipality", "call").get(pk=idea.pk)
                confirm(services.ask_support(idea=fresh, email="anna@example.org"))
            confirm(services.ask_support(idea=fresh, email=f"person{number}@example.org"))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[n]) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert faults == []
    idea.refresh_from_db()
    assert idea.support_count == Support.objects.exclude(confirmed_at=None).count() == Support.objects.count() == 11


def test_anna_supports_without_javascript(client, make_idea):
    idea = make_idea("Bank")
    page = f"/ideen/{idea.public_id}/unterstuetzen/"
    assert client.get(page).status_code == 200
    sent = client.post(page, {"key": str(uuid.uuid4()), "email": "anna@example.org"}, follow=True)
    assert "Postfach" in sent.text
    link = support_url(Support.objects.select_related("idea__municipality", "municipality").get())
    path = link[link.index("/ideen/") :]
    assert client.get(path).status_code == 200  # reading confirms nothing
    idea.refresh_from_db()
    assert idea.support_count == 0 and link in Message.objects.get().body
    assert "Sie unterstützen diese Idee" in client.post(path, {"do": "confirm"}, follow=True).text
    assert "1 Mensch unterstützt" in client.get(f"/ideen/{idea.public_id}/").text
    assert "Zurückgezogen" in client.post(path, {"do": "withdraw"}).text
    assert find_support(path.split("/")[-2]) is None and client.get(path).status_code == 404


def test_the_page_says_the_same_whether_an_address_is_known_or_not(client, make_idea):
    idea = make_idea("Bank")
    confirm(services.ask_support(idea=idea, email="anna@example.org"))
    page = f"/ideen/{idea.public_id}/unterstuetzen/"
    told = [
        client.post(page, {"key": str(uuid.uuid4()), "email": email})["Location"]
        for email in ("anna@example.org", "neu@example.org")
    ]
    assert told[0] == told[1]


# ---- sorting ----


def test_the_list_sorts_by_newest_support_and_distance(client, town, make_idea):
    near = make_idea("nah", at(100, 100), received_on="2026-01-01")
    far = make_idea("fern", LineString(at(5000, 5000).coords, at(6000, 5000).coords, srid=GEO_SRID))
    confirm(services.ask_support(idea=near, email="a@example.org"))
    lon, lat = lonlat(at(0, 0))

    def titles(**query):
        return [idea.title for idea in client.get("/ideen/", query).context["ideas"]]

    assert titles() == [far.title, near.title]
    assert titles(sort="unterstuetzt") == [near.title, far.title]
    assert titles(sort="nah", lon=lon, lat=lat) == [near.title, far.title]
    away = lonlat(at(6000, 6000))
    assert titles(sort="nah", lon=away[0], lat=away[1]) == [far.title, near.title]
    assert client.get("/ideen/", {"sort": "nah", "lon": lon, "lat": lat})["Cache-Control"] == "private, no-store"
    assert titles(sort="nah", lon="x", lat="\x00") == [far.title, near.title]


def test_the_nearest_come_from_the_index(town, make_idea):
    make_idea("nah")
    found = Idea.objects.nearest_to(at(0, 0))[:5]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        plan = found.explain()
    assert "ideas_ground" in plan, plan


# ---- comments ----


def test_comments_wait_where_the_town_looks_first(town, make_idea, dilek):
    idea = make_idea("Bank")
    comment = services.add_comment(idea=idea, text="Gut", name="Otto", idempotency_key=uuid.uuid4())
    assert not Comment.objects.visible_to(ANONYMOUS).exists()
    services.moderate_comment(comment=comment, actor=dilek, state="released")
    assert Comment.objects.visible_to(ANONYMOUS).get() == comment
    services.save_rules(municipality=town, actor=dilek, values={"comments_wait": False})
    assert services.add_comment(idea=idea, text="Auch gut", idempotency_key=uuid.uuid4()).is_released


def test_answers_are_one_level_deep_and_go_with_what_they_answer(town, make_idea, dilek):
    services.save_rules(municipality=town, actor=dilek, values={"comments_wait": False})
    idea = make_idea("Bank")
    first = services.add_comment(idea=idea, text="1", idempotency_key=uuid.uuid4())
    second = services.add_comment(idea=idea, text="2", parent=first, idempotency_key=uuid.uuid4())
    third = services.add_comment(idea=idea, text="3", parent=second, idempotency_key=uuid.uuid4())
    assert third.parent == first
    services.moderate_comment(comment=first, actor=dilek, state="hidden")
    assert not Comment.objects.visible_to(ANONYMOUS).exists()


def test_the_same_comment_twice_is_one(client, make_idea):
    idea = make_idea("Bank")
    sent = {"key": str(uuid.uuid4()), "text": "Gut", "name": "Otto"}
    for _ in range(2):
        assert client.post(f"/ideen/{idea.public_id}/kommentieren/", sent).status_code == 302
    assert Comment.objects.count() == 1
    other = client.post(f"/ideen/{idea.public_id}/kommentieren/", {**sent, "text": "Nein"})
    assert other.status_code == 409 and "Nein" in other.text


def test_a_keeper_speaks_for_the_town(make_idea, dilek):
    said = services.add_comment(idea=make_idea("Bank"), text="Danke", actor=dilek, idempotency_key=uuid.uuid4())
    assert said.is_official and said.is_released and said.name == ""


def test_abuse_is_told_to_the_desk_and_settled_with_the_comment(client, town, make_idea, dilek):
    idea = make_idea("Bank")
    services.save_rules(municipality=town, actor=dilek, values={"comments_wait": False})
    comment = services.add_comment(idea=idea, text="Werbung für mein Auto", idempotency_key=uuid.uuid4())
    page = f"/ideen/{idea.public_id}/melden/?kommentar={comment.public_id}"
    assert "Werbung für mein Auto" in client.get(page).text
    client.post(page, {"key": str(uuid.uuid4()), "reason": "Das ist Werbung."})
    assert AbuseNote.objects.get().comment == comment
    client.force_login(dilek)
    assert "Das ist Werbung." in client.get("/intern/ideen/").text
    desk = f"/intern/ideen/{idea.public_id}/kommentare/{comment.public_id}/"
    assert client.post(desk, {"state": "hidden"}).status_code == 302
    assert AbuseNote.objects.get().handled_at and not Comment.objects.visible_to(ANONYMOUS).exists()


# ---- erasing ----


def test_addresses_die_after_the_decision_and_the_count_stays(make_idea, dilek):
    import datetime as dt

    from django.utils import timezone

    idea = make_idea("Bank")
    Contact.objects.create(idea=idea, email="anna@example.org", wants_updates=True)
    confirm(services.ask_support(idea=idea, email="otto@example.org", wants_updates=True))
    before = Support.objects.get().identity
    idea.refresh_from_db()
    services.answer_idea(
        idea=idea, actor=dilek, version=idea.version, status="rejected", official_answer="Leider nicht."
    )
    day = timezone.localdate() + dt.timedelta(days=90)
    assert services.erase_due_contacts(on=day - dt.timedelta(days=1)) == 0
    assert services.erase_due_contacts(on=day) == 1
    assert not Contact.objects.exists() and not SupportContact.objects.exists()
    idea.refresh_from_db()
    assert idea.support_count == 1 and Support.objects.get().identity != before
    assert services.erase_due_contacts(on=day) == 0


def test_what_nobody_confirms_is_forgotten_after_a_week(make_idea):
    import datetime as dt

    from django.utils import timezone

    services.ask_support(idea=make_idea("Bank"), email="anna@example.org")
    assert services.forget_unconfirmed(at=timezone.now() + dt.timedelta(days=6)) == 0
    assert services.forget_unconfirmed(at=timezone.now() + dt.timedelta(days=8)) == 1


@pytest.mark.parametrize(
    ("nonsense", "refused"), [("a\x00b", 400), ("x" * 500, 400), ("000000000000", 409), ("{}", 409), ("-1", 409)]
)
def test_invented_ids_are_no_fault_of_the_server(client, make_idea, nonsense, refused):
    idea = make_idea("Bank")
    page = f"/ideen/{idea.public_id}/"
    asked = [("/ideen/", "aufruf"), ("/ideen/neu/", "aufruf")]
    asked += [(f"{page}kommentieren/", "auf"), (f"{page}melden/", "kommentar")]
    for path, name in asked:
        assert client.get(path, {name: nonsense}).status_code == 200, path
    assert client.post("/ideen/neu/", form(call=nonsense)).status_code == 400
    sent = {"key": str(uuid.uuid4()), "text": "Gut", "parent": nonsense}
    assert client.post(f"{page}kommentieren/", sent).status_code == refused
