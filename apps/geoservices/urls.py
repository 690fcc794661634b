from apps.geoservices import map_urls, standards_urls

urlpatterns = [*map_urls.urlpatterns, *standards_urls.urlpatterns]
