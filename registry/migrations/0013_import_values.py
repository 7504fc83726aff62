from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0012_returned_letters")]

    operations = [
        migrations.AddField(
            model_name="importmapping",
            name="values",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Field of the registry: what values of the file mean.",
                verbose_name="meanings of values",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="values",
            field=models.JSONField(blank=True, default=dict, verbose_name="meanings of values"),
        ),
    ]
