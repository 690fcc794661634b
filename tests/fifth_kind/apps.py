from apps.geo.config import PlatformApp


class FifthKindConfig(PlatformApp):
    name = "tests.fifth_kind"
    label = "fifth_kind"
