"""The vote for everybody: what stands to choose, the way to a ballot paper, the paper itself, and the result."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.contributions.limits import TooMany, admit, may_mail_receipt
from apps.contributions.refused import show_refused
from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.geo.editing import ChangeRefused
from apps.ideas.ballot import rights, voting
from apps.ideas.ballot.forms import ByCodeForm, ByMailForm, numbers_in
from apps.ideas.ballot.models import Ballot, BallotItem, Electorate
from apps.ideas.ballot.published import as_bytes, published_count
from apps.ideas.pages import private, public_calls
from apps.ideas.phases import Phase, phase_of
from apps.places.requests import TownRequest

SHOWN = (Phase.DECIDE, Phase.REALISE, Phase.CLOSED)


def public_ballot(request: TownRequest, public_id: str) -> Ballot:
    """Return the ballot of a public call from the day on which its vote begins; 404 before."""
    call = get_object_or_404(public_calls(request), public_id=public_id)
    ballot = Ballot.objects.filter(call=call).select_related("call", "municipality").first()
    if ballot is None or phase_of(call) not in SHOWN:
        raise Http404
    return ballot


@require_http_methods(["GET", "HEAD", "POST"])
def ballot_page(request: TownRequest, public_id: str) -> HttpResponse:
    """What can be chosen and how to get a ballot paper; after the count the result, never anything before."""
    ballot = public_ballot(request, public_id)
    if ballot.is_counted:
        return render(request, "ideas/ballot/result.html", _result(ballot))
    kind: Any = ByCodeForm if ballot.electorate == Electorate.CODE else ByMailForm
    posted = request.method == "POST"
    form = kind(request.POST) if posted and "do" not in request.POST else kind(initial={"key": uuid.uuid4()})
    refused = BallotItem.Eligibility.NO
    context = {
        "ballot": ballot,
        "form": form,
        "items": voting.offered_items(ballot),
        "refused": ballot.items.filter(eligibility=refused, idea__is_hidden=False).select_related("idea"),
        "is_open": phase_of(ballot.call) == Phase.DECIDE,
        "sent": "gesendet" in request.GET,
    }
    by_account = ballot.electorate == Electorate.ACCOUNT
    if by_account:
        user = request.user if request.user.is_authenticated else None
        context["deadline"] = rights.account_deadline(ballot)
        context["why_not"] = rights.why_account_may_not(ballot, user) if user else ""
    if not posted:
        response = render(request, "ideas/ballot/page.html", context)
        return private(response) if by_account and user else response
    try:
        if "do" in request.POST and request.user.is_authenticated:
            return redirect("ideas:ballot_paper", token=rights.right_of_account(ballot=ballot, user=request.user))
        if not form.is_valid():
            return render(request, "ideas/ballot/page.html", context, status=400)
        admit(request, "ballot", key=form.cleaned_data["key"], trust=form.trust())
        if ballot.electorate == Electorate.CODE:
            token = rights.right_of_code(ballot=ballot, code=form.cleaned_data["code"])
            return redirect("ideas:ballot_paper", token=token)
        email = form.cleaned_data["email"]
        rights.invite_by_mail(ballot=ballot, email=email, may_mail=may_mail_receipt(email))
    except (TooMany, ChangeRefused) as refusal:
        return show_refused(request, "ideas/ballot/page.html", context, refusal, status=400)
    return redirect(f"{request.path}?gesendet=1")


@counting_wrong_links
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, token: str) -> HttpResponse:
    """The ballot paper behind a secret link: choose, look at it once more, cast. Works without JavaScript."""
    voter = rights.find_voter(token)
    if voter is None:
        raise NoSuchLink
    ballot = voter.ballot
    chosen = numbers_in(request.POST) if request.method == "POST" else []
    context: dict[str, Any] = {
        "ballot": ballot,
        "voter": voter,
        "items": [{"row": item, "is_chosen": item.number in chosen} for item in voting.offered_items(ballot)],
        "is_open": phase_of(ballot.call) == Phase.DECIDE,
    }
    if request.method != "POST" or request.POST.get("step") == "choose":
        return private(render(request, "ideas/ballot/paper.html", context))
    try:
        chosen = voting.check_basket(ballot, chosen)
        if request.POST.get("step") == "cast":
            voting.cast_vote(voter=voter, numbers=chosen)
            messages.success(
                request, _("Danke. Ihre Stimme ist abgegeben. Wofür, steht nirgends bei Ihrem Stimmrecht.")
            )
            return redirect("ideas:ballot_paper", token=token)
    except ChangeRefused as refusal:
        return private(render(request, "ideas/ballot/paper.html", {**context, "notice": str(refusal)}, status=400))
    context["sum_eur"] = sum(entry["row"].cost_eur for entry in context["items"] if entry["is_chosen"])
    return private(render(request, "ideas/ballot/check.html", context))


@require_safe
def count_file(request: TownRequest, public_id: str) -> HttpResponse:
    """Every ballot of a vote that is counted, without names, so that anybody can count again."""
    ballot = public_ballot(request, public_id)
    if not ballot.is_counted:
        raise Http404
    response = HttpResponse(as_bytes(published_count(ballot)), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="auszaehlung-{ballot.call.public_id}.json"'
    return response


def _result(ballot: Ballot) -> dict[str, object]:
    rows = ballot.items.filter(idea__is_hidden=False).exclude(votes=None).select_related("idea")
    return {
        "ballot": ballot,
        "items": rows.order_by("-votes", "cost_eur", "number"),
        "voted": voting.turnout(ballot)[0],
        "rule": ballot.get_rule_display(),
    }
