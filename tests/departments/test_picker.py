"""Categories as citizens meet them in the picker."""

from apps.departments.models import Category


def test_the_picker_offers_active_categories_in_their_groups_with_one_query(matrix, django_assert_num_queries):
    Category.objects.filter(code="wifi").update(is_active=False)
    with django_assert_num_queries(1):
        offered = [(c.group.code, c.code) for c in Category.objects.of_town(matrix.pk).active().for_picker()]
    assert ("facilities", "wifi") not in offered
    assert offered[0] == ("roads", "road_damage")
    assert offered[-1] == ("other", "other")
    assert [group for group, _ in offered] == sorted(
        [group for group, _ in offered],
        key=["roads", "cleanliness", "green", "water", "facilities", "order", "other"].index,
    )
