"""How the realisation of an idea goes on: milestones with photos and a percentage."""

import datetime as dt
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from apps.accounts.history import history
from apps.accounts.models import User
from apps.contributions.uploads import delete_files, store_picture
from apps.geo.editing import apply_edit, lock_for_edit
from apps.ideas import notifications
from apps.ideas.models import Idea, IdeaPhoto, Milestone
from apps.ideas.phases import Action, require, role_of


def add_milestone(
    *,
    idea: Idea,
    actor: User | None,
    day: dt.date,
    title: str,
    percent: int,
    text: str = "",
    photos: Sequence[UploadedFile] = (),
    alt: str = "",
) -> Milestone:
    """Store one step and tell whoever wants to know. ``photos`` are uploads, cleaned before the transaction begins.

    The photos were made for the public, so they are seen at once. Raises ``NotNow`` and ``PhotoRefused``.
    """
    pictures = [store_picture(photo) for photo in photos]
    try:
        with transaction.atomic(), history(actor):
            fresh = lock_for_edit(idea, version=None)
            require(Action.PROGRESS, fresh.call, role_of(actor, fresh.municipality_id))
            milestone = Milestone.objects.create(
                municipality=fresh.municipality, idea=fresh, day=day, title=title, text=text, percent=percent
            )
            IdeaPhoto.objects.bulk_create(
                IdeaPhoto(
                    idea=fresh, milestone=milestone, position=n, alt=alt, state=IdeaPhoto.State.RELEASED, **picture
                )
                for n, picture in enumerate(pictures)
            )
            _set_progress(fresh)
            if fresh.is_public:
                notifications.tell_everybody(fresh, f"step-{milestone.pk}", "step", step=milestone)
            return milestone
    except BaseException:
        delete_files(str(picture[name]) for picture in pictures for name in ("file", "thumbnail"))
        raise


@transaction.atomic
def remove_milestone(*, milestone: Milestone, actor: User | None) -> None:
    """Take a step back that was wrong, with its photos."""
    with history(actor):
        fresh = lock_for_edit(milestone.idea, version=None)
        require(Action.PROGRESS, fresh.call, role_of(actor, fresh.municipality_id))
        photos = IdeaPhoto.objects.filter(milestone=milestone)
        names = [str(name) for photo in photos for name in (photo.file.name, photo.thumbnail.name)]
        milestone.delete()
        _set_progress(fresh)
        transaction.on_commit(lambda: delete_files(names))


def _set_progress(idea: Idea) -> None:
    last = idea.milestones.order_by("-day", "-pk").first()
    apply_edit(idea, {"progress": last.percent if last else None})
