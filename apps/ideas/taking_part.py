"""Supporting an idea, commenting on it, and saying that something should not stand there; all without JavaScript."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.contributions.idempotency import KeyReused
from apps.contributions.limits import TooMany, admit, may_mail_receipt
from apps.contributions.refused import show_refused
from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.geo.audience import ANONYMOUS
from apps.geo.editing import ChangeRefused
from apps.geo.refusals import said_above
from apps.ideas import services
from apps.ideas.forms import AbuseForm, CommentForm, SupportForm
from apps.ideas.links import find_support
from apps.ideas.models import Comment, Idea, Support
from apps.ideas.pages import private, public_id_in, public_idea
from apps.ideas.phases import Action, allows, phase_of
from apps.places.requests import TownRequest


@require_http_methods(["GET", "HEAD", "POST"])
def support(request: TownRequest, public_id: str) -> HttpResponse:
    """Ask for an address, or count somebody who is signed in at once."""
    idea = public_idea(request, public_id)
    posted = request.method == "POST"
    user = request.user if request.user.is_authenticated else None
    own = services.find_own_support(idea=idea, user=user) if user else None
    form = SupportForm(request.POST) if posted else SupportForm(initial={"key": uuid.uuid4()})
    context = {
        "idea": idea,
        "form": form,
        "own": own,
        "sent": "gesendet" in request.GET,
        "may_support": allows(Action.SUPPORT, phase_of(idea.call)),
    }
    if posted and user and "do" in request.POST:
        return _by_account(request, idea, own, user)
    if not posted:
        return _own_page(render(request, "ideas/support.html", context), user)
    if not form.is_valid():
        return render(request, "ideas/support.html", context, status=400)
    data = form.cleaned_data
    try:
        admit(request, "support", key=data["key"], trust=form.trust())
        services.ask_support(
            idea=idea,
            email=data["email"],
            wants_updates=data["wants_updates"],
            may_mail=may_mail_receipt(data["email"]),
        )
    except (TooMany, ChangeRefused) as refusal:
        return show_refused(request, "ideas/support.html", context, refusal)
    return redirect(f"{reverse('ideas:support', args=[public_id])}?gesendet=1")


def _by_account(request: HttpRequest, idea: Idea, own: Support | None, user: User) -> HttpResponse:
    with said_above(request):
        if request.POST["do"] == "withdraw" and own:
            services.withdraw_support(support=own)
            messages.success(request, _("Ihre Unterstützung ist zurückgezogen."))
        elif request.POST["do"] == "support":
            services.support_by_account(idea=idea, user=user)
            messages.success(request, _("Danke. Ihre Unterstützung zählt."))
    return redirect("ideas:support", public_id=idea.public_id)


def _own_page(response: HttpResponse, user: User | None) -> HttpResponse:
    """What a page shows to somebody who is signed in belongs into no shared cache."""
    return private(response) if user else response


@counting_wrong_links
@require_http_methods(["GET", "HEAD", "POST"])
def supporting(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link in the mail: confirm, read, withdraw. Reading changes nothing: scanners follow links."""
    found = find_support(token)
    if found is None:
        raise NoSuchLink
    gone, refused = False, ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "withdraw":
                services.withdraw_support(support=found)
                gone = True
            else:
                services.confirm_support(support=found)
                return redirect("ideas:supporting", token=token)
        except ChangeRefused as refusal:
            refused = str(refusal)
    main = found.idea.merged_into or found.idea
    shown = Idea.objects.visible_to(ANONYMOUS).filter(pk=main.pk).first()
    context = {"support": found, "idea": shown, "gone": gone, "refused": refused}
    return private(render(request, "ideas/supporting.html", context, status=409 if refused else 200))


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: TownRequest, public_id: str) -> HttpResponse:
    """Write a comment, or an answer to one (``?auf=`` names it)."""
    idea = public_idea(request, public_id)
    shown = Comment.objects.visible_to(ANONYMOUS).shown_at(idea)
    posted = request.method == "POST"
    wanted = public_id_in(request.GET.get("auf"))
    form = CommentForm(request.POST) if posted else CommentForm(initial={"key": uuid.uuid4(), "parent": wanted})
    named = str(form["parent"].value() or "")[:12]
    parent = shown.filter(public_id=public_id_in(named)).first() if named else None
    context = {"idea": idea, "form": form, "parent": parent, "sent": "gesendet" in request.GET}
    context["may_comment"] = allows(Action.COMMENT, phase_of(idea.call))
    if not posted:
        return render(request, "ideas/comment.html", context)
    if not form.is_valid():
        return render(request, "ideas/comment.html", context, status=400)
    data = form.cleaned_data
    try:
        if named and parent is None:
            raise ChangeRefused(_("Der Kommentar, auf den Sie antworten, steht nicht mehr hier."))
        admit(request, "comment", key=data["key"], trust=form.trust())
        made = services.add_comment(
            idea=idea, text=data["text"], name=data["name"], parent=parent, idempotency_key=data["key"]
        )
    except (TooMany, ChangeRefused, KeyReused) as refusal:
        return show_refused(request, "ideas/comment.html", context, refusal)
    if made.is_released:
        return redirect(f"{reverse('ideas:detail', args=[public_id])}#kommentar-{made.public_id}")
    return redirect(f"{reverse('ideas:comment', args=[public_id])}?gesendet=1")


@require_http_methods(["GET", "HEAD", "POST"])
def report_abuse(request: TownRequest, public_id: str) -> HttpResponse:
    """Say that an idea or a comment (``?kommentar=``) should not stand there."""
    idea = public_idea(request, public_id)
    shown = Comment.objects.visible_to(ANONYMOUS).shown_at(idea)
    about = shown.filter(public_id=public_id_in(request.GET.get("kommentar"))).first()
    posted = request.method == "POST"
    form = AbuseForm(request.POST) if posted else AbuseForm(initial={"key": uuid.uuid4()})
    context = {"idea": idea, "form": form, "about": about, "sent": "gesendet" in request.GET}
    if not posted:
        return render(request, "ideas/abuse.html", context)
    if not form.is_valid():
        return render(request, "ideas/abuse.html", context, status=400)
    data = form.cleaned_data
    try:
        admit(request, "abuse", key=data["key"], trust=form.trust())
        services.report_abuse(idea=idea, comment=about, reason=data["reason"], idempotency_key=data["key"])
    except (TooMany, ChangeRefused, KeyReused) as refusal:
        return show_refused(request, "ideas/abuse.html", context, refusal)
    return redirect(f"{reverse('ideas:report_abuse', args=[public_id])}?gesendet=1")
