from typing import Any

from django.db import migrations, models


def confirm(apps: Any, schema_editor: Any) -> None:
    """Sign-in asks for a confirmed address from now on: that of every account which the house has made is."""
    EmailAddress = apps.get_model("account", "EmailAddress")
    User = apps.get_model("accounts", "User")
    EmailAddress.objects.filter(email=models.F("user__email"), verified=False).update(verified=True)
    known = EmailAddress.objects.values("user")
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email.lower(), verified=True, primary=True)
        for user in User.objects.exclude(pk__in=known)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="name",
            field=models.CharField(blank=True, max_length=120, verbose_name="Name"),
        ),
        migrations.RunPython(confirm, migrations.RunPython.noop),
    ]
