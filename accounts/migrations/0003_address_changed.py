from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_links_and_events'),
    ]

    operations = [
        migrations.AlterField(
            model_name='signinevent',
            name='kind',
            field=models.CharField(choices=[('signed_in', 'signed in'), ('refused', 'wrong code or password'), ('locked', 'locked for a while'), ('signed_out', 'signed out'), ('factor_added', 'second factor added'), ('factor_removed', 'second factor removed'), ('factor_reset', 'second factor reset by an administrator'), ('password_changed', 'password changed'), ('address_changed', 'sign-in address changed by an administrator'), ('invited', 'invitation sent'), ('link_printed', 'sign-in link made by support')], max_length=20, verbose_name='what happened'),
        ),
    ]
