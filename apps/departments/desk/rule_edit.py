"""One rule: made, copied, changed, confirmed, ended, with the map beside; and the rule as it once stood."""

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.departments import services
from apps.departments.areas import examine_area, sources, taken_from
from apps.departments.desk import rehearsing
from apps.departments.desk.shapes import surroundings_of
from apps.departments.desk.version_page import show_version
from apps.departments.differences import differing, in_words
from apps.departments.history import versions_of
from apps.departments.models import Jurisdiction
from apps.departments.rehearsal import BreaksExamples, carry_out, rehearse
from apps.departments.rule_forms import RuleForm
from apps.departments.soundness import broken_rules
from apps.geo.drawn_forms import answer_drawn
from apps.geo.drawn_text import as_coordinates, parse_drawn
from apps.geo.editing import StaleEdit, posted_version
from apps.geo.untrusted import InputRefused, whole_number

#: Buttons that fill in or show something and change nothing.
FILLING = ("ask", "take", "upload")


def _find(request: StaffRequest, rule_id: int) -> Jurisdiction:
    rules = Jurisdiction.objects.filter(municipality=request.municipality)
    return get_object_or_404(
        rules.select_related("category", "group", "area", "executor", "owner", "copy_to"), pk=rule_id
    )


@staff_form(Role.Code.ADMINISTRATOR)
def rule_new(request: StaffRequest) -> HttpResponse:
    """Make a rule; ``?vorlage=`` starts from another one, ``?kategorie=`` presets the category."""
    template = whole_number(request.GET.get("vorlage"))
    if template is not None:
        rule = _find(request, template)
        rule.pk, rule.code, rule.version, rule.to_confirm = None, "", 1, False
        rule.valid_to = None
    else:
        rule = Jurisdiction(municipality=request.municipality)
    rule.valid_from = timezone.localdate()
    return _edit(request, rule, None)


@staff_form(Role.Code.ADMINISTRATOR)
def rule(request: StaffRequest, rule_id: int) -> HttpResponse:
    """Show and change one rule, by the button pressed (``action``)."""
    return _edit(request, _find(request, rule_id), rule_id)


def _edit(request: StaffRequest, rule: Jurisdiction, rule_id: int | None) -> HttpResponse:
    town = request.municipality
    action = request.POST.get("action", "save") if request.method == "POST" else ""
    if rule_id and action in ("confirm", "end"):
        return _act(request, rule, action)
    title, before = rule.code, in_words(rule) if rule_id else {}
    if not action:
        preset = whole_number(request.GET.get("kategorie"))
        initial = {"category": preset} if preset else {}
        return _page(request, RuleForm(instance=rule, municipality=town, initial=initial), rule_id, title)
    form = RuleForm(request.POST, request.FILES, instance=rule, municipality=town)
    if action in FILLING:
        return _fill(request, form, rule_id, title, action)
    if not form.is_valid():
        return _page(request, form, rule_id, title)
    change = _change(request, form, rule_id)
    # A rule that begins later is tried as of then; until then it moves nothing.
    begins = max(timezone.localdate(), form.cleaned_data["valid_from"])
    try:
        if action in rehearsing.FILES:
            return rehearsing.download(rehearse(change, municipality=town, on=begins), action)
        if action == "dry_run":
            changes = differing(before, in_words(rule))
            shown = rehearsing.shown(rehearse(change, municipality=town, on=begins), town)
            return _page(request, form, rule_id, title, **shown, changes=changes)
        saved, _done, pages = carry_out(
            change,
            municipality=town,
            actor=request.user,
            reason=rule.reason,
            confirmed=request.POST.get("confirmed") == "1",
            apply_to_open=request.POST.get("apply_to_open") == "1",
            on=begins,
        )
    except StaleEdit as stale:
        return _stale(request, form, rule_id, title, stale)
    except BreaksExamples as refusal:
        form.add_error(None, str(refusal))
        shown = rehearsing.shown(refusal.rehearsal, town)
        return _page(request, form, rule_id, title, **shown, must_confirm=True)
    except services.ChangeRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, rule_id, title)
    messages.success(
        request, _("Die Regel „%(code)s“ ist gespeichert und gilt für neue Meldungen.") % {"code": saved.code}
    )
    return redirect(pages[0]) if pages else redirect("desk_rule", rule_id=saved.pk)


def _change(request: StaffRequest, form: RuleForm, rule_id: int | None) -> Callable[[], Jurisdiction]:
    """Return the change that the form asks for, to be made or rehearsed."""
    return lambda: services.save_rule(
        municipality=request.municipality,
        actor=request.user,
        rule=form.instance if rule_id else None,
        values=form.values(),
        version=form.cleaned_data["version"] if rule_id else None,
    )


def _act(request: StaffRequest, rule: Jurisdiction, action: str) -> HttpResponse:
    """Confirm or end a rule as the person had it on the screen."""
    seen = posted_version(request)
    try:
        if action == "confirm":
            services.confirm_rule(rule=rule, actor=request.user, version=seen)
            messages.success(request, _("Die Regel ist bestätigt."))
        else:
            ended, _done, _pages = carry_out(
                lambda: services.end_rule(rule=rule, actor=request.user, version=seen),
                municipality=request.municipality,
                actor=request.user,
                reason=rule.reason,
                confirmed=request.POST.get("confirmed") == "1",
            )
            day = ended.valid_to
            assert day is not None
            messages.success(
                request, _("Die Regel gilt ab dem %(day)s nicht mehr.") % {"day": day.strftime("%d.%m.%Y")}
            )
    except BreaksExamples as refusal:
        form = RuleForm(instance=rule, municipality=request.municipality)
        shown = rehearsing.shown(refusal.rehearsal, request.municipality)
        return _page(request, form, rule.pk, rule.code, **shown, refused=str(refusal), must_confirm_end=True)
    except services.ChangeRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("desk_rule", rule_id=rule.pk)


def _fill(request: StaffRequest, form: RuleForm, rule_id: int | None, title: str, action: str) -> HttpResponse:
    """Show the form again with an area taken over, or with the questions of another category; nothing is stored."""
    typed, told, refused = form.typed(), "", ""
    if action in ("take", "upload"):
        try:
            taken, told = taken_from(request.municipality, action, request.POST, request.FILES)
            typed["shape"] = as_coordinates(taken.area)
        except InputRefused as refusal:
            refused = str(refusal)
    shown = RuleForm(instance=form.instance, municipality=request.municipality, initial=typed)
    return _page(request, shown, rule_id, title, told=told, refused=refused)


def _stale(request: StaffRequest, form: RuleForm, rule_id: int | None, title: str, stale: StaleEdit) -> HttpResponse:
    """Show both versions side by side; the next save counts on the newer one."""
    newest = next(iter(versions_of(stale.current, most=1)), None)
    rows = differing(in_words(stale.current), in_words(form.instance))
    form.add_error(None, str(stale))
    form.take("version", str(stale.current.version))
    return _page(request, form, rule_id, title, stale=rows, newest=newest)


def _page(request: StaffRequest, form: RuleForm, rule_id: int | None, title: str, **context: object) -> HttpResponse:
    stored = _find(request, rule_id) if rule_id else None
    today = timezone.localdate()
    context = {
        "form": form,
        "rule": stored,
        "title": title or _("Regel anlegen"),
        "problems": broken_rules(request.municipality.pk).get(rule_id or 0, []),
        "versions": versions_of(stored, most=10) if stored else [],
        "sources": sources(request.municipality),
        "surroundings": surroundings_of(request.municipality, rule_id=rule_id or 0),
        "is_over": bool(stored and stored.valid_to and stored.valid_to <= today),
        **context,
    }
    status = 422 if form.errors or context.get("refused") else 200
    return render(request, "departments/rule.html", context, status=status)


@staff_act(Role.Code.ADMINISTRATOR)
def check_area(request: StaffRequest) -> HttpResponse:
    """Say while somebody draws how large the area is, what is wrong with it, and where it goes too far."""
    answer = answer_drawn(request, allowed=RuleForm.drawn_types)
    told = json.loads(answer.content)
    if not told["ok"]:
        return answer
    area = parse_drawn(request.POST.get("shape", ""), allowed=RuleForm.drawn_types)
    return JsonResponse({**told, "words": " ".join([f"{told['words']}.", *examine_area(request.municipality, area)])})


@staff_page(Role.Code.ADMINISTRATOR)
def rule_version(request: StaffRequest, rule_id: int, number: int) -> HttpResponse:
    """A rule as it stood in one version, beside what it says today."""
    rule = _find(request, rule_id)
    return show_version(request, rule, number, title=rule.code, page="desk_rule")
