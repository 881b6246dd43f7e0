import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_posted_between_days"),
        ("organizations", "0005_calendar_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="deskprocedure",
            name="again_at",
            field=models.DateTimeField(null=True, verbose_name="lúc niêm yết lại"),
        ),
        migrations.AddField(
            model_name="deskprocedure",
            name="again_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.officer",
                verbose_name="người niêm yết lại",
            ),
        ),
        migrations.AddField(
            model_name="deskprocedure",
            name="again_reason",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="lý do niêm yết lại"
            ),
        ),
    ]
