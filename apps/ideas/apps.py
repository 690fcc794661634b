from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.geo.config import Entrance, PlatformApp
from apps.geo.staff import StaffMember


class IdeasConfig(PlatformApp):
    name = "apps.ideas"
    label = "ideas"
    verbose_name = _("Ideen")
    site_urls = True
    entrances = (
        Entrance(
            _("Ideen"),
            "ideas:list",
            icon="idea",
            hint=_("Was sich Menschen für die Stadt wünschen, und was daraus wird."),
            order=40,
        ),
    )
    desk_entrances = (
        Entrance(
            _("Ideen"),
            "ideas:desk",
            icon="idea",
            hint=_("Ideen veröffentlichen, beantworten und umsetzen"),
            roles=("moderator", "planner", "administrator"),
            order=40,
        ),
    )

    def desk_counts(self, user: StaffMember, municipality_id: int) -> dict[str, str | Promise]:
        """Return how many ideas wait to be published."""
        from apps.ideas.models import Idea

        waiting = Idea.objects.visible_to(user).waiting().filter(municipality=municipality_id).count()
        said = ngettext("%(n)d wartet", "%(n)d warten", waiting) % {"n": waiting}
        return {"ideas:desk": said if waiting else ""}
