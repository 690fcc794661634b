from django.utils.translation import gettext_lazy as _

from apps.geo.config import PlatformApp


class ContributionsConfig(PlatformApp):
    name = "apps.contributions"
    verbose_name = _("Beiträge")
    site_urls = True

    def ready(self) -> None:
        # Imported for what it registers: the parts of photos' addresses, here and in the kinds.
        from apps.contributions import url_ids  # noqa: F401
