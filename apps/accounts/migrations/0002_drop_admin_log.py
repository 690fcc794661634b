from django.db import migrations


class Migration(migrations.Migration):
    """The Django admin is gone. Its log would hold accounts back from being deleted: it points at them."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [
                "DROP TABLE IF EXISTS django_admin_log",
                "DELETE FROM django_migrations WHERE app = 'admin'",
            ],
            migrations.RunSQL.noop,
        )
    ]
