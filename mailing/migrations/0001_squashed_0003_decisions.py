import django.db.models.deletion
import django.utils.timezone
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('mailing', '0001_initial'), ('mailing', '0002_ledger_texts_and_bounces'), ('mailing', '0003_decisions')]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalLetterText',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='letter')),
                ('language', models.CharField(choices=[('fi', 'Finnish'), ('sv', 'Swedish'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('subject', models.CharField(max_length=150, verbose_name='subject')),
                ('body', models.TextField(help_text='An empty line begins a paragraph, “- ” an item of a list, “## ” a heading. [Words]({address}) alone on its line is a link. Placeholders stand in braces.', verbose_name='text')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='changed at')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical text of a letter',
                'verbose_name_plural': 'historical texts of letters',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True, verbose_name='key')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('address', models.EmailField(max_length=254, verbose_name='address')),
                ('language', models.CharField(default='fi', max_length=2, verbose_name='language')),
                ('scope', models.CharField(blank=True, max_length=60, verbose_name='whose')),
                ('batch', models.CharField(blank=True, max_length=160, verbose_name='mass letter')),
                ('arguments', models.JSONField(blank=True, default=dict)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('gathered', 'gathered into another letter'), ('not_wanted', 'not sent'), ('failed', 'could not be sent'), ('doubtful', 'perhaps sent')], default='waiting', max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, editable=False, max_length=40, verbose_name='why')),
                ('problem', models.CharField(blank=True, editable=False, max_length=200, verbose_name='problem')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='written at')),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked for from')),
                ('not_before', models.DateTimeField(default=django.utils.timezone.now, verbose_name='not before')),
                ('claimed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sending began at')),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('handed_over_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='given to the mail server at')),
                ('sent_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sent at')),
                ('attempts', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('decision', models.CharField(blank=True, choices=[('again', 'sent once more'), ('left', 'left as it is')], editable=False, max_length=10, verbose_name='decision')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='decided at')),
                ('message_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('stop_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('gathered_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='gathered', to='mailing.letter', verbose_name='gathered into')),
            ],
            options={
                'verbose_name': 'letter',
                'verbose_name_plural': 'letters',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['not_before'], name='letter_waiting'), models.Index(fields=['address', 'claimed_at'], name='letter_to_address'), models.Index(fields=['scope', '-created_at'], name='letter_of_scope'), models.Index(condition=models.Q(('batch', ''), _negated=True), fields=['batch'], name='letter_of_batch'), models.Index(condition=models.Q(('stop_hash', ''), _negated=True), fields=['stop_hash'], name='letter_stop_hash')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'sending')), fields=('address',), name='letter_one_at_a_time'), models.CheckConstraint(condition=models.Q(('gathered_into__isnull', True), models.Q(('gathered_into', models.F('id')), _negated=True), _connector='OR'), name='letter_not_into_itself')],
            },
        ),
        migrations.CreateModel(
            name='Bounce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, verbose_name='address')),
                ('kind', models.CharField(choices=[('hard', 'no such address'), ('soft', 'not delivered for now'), ('repeated', 'not delivered several times'), ('complaint', 'complaint')], max_length=10, verbose_name='what')),
                ('source', models.CharField(choices=[('server', 'refused by the mail server'), ('mailbox', 'came back by mail'), ('provider', 'told by the mail provider')], max_length=10, verbose_name='told by')),
                ('code', models.CharField(blank=True, max_length=20, verbose_name='code')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('event_id', models.CharField(editable=False, max_length=200, unique=True)),
                ('pulled_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='taken note of')),
                ('forgiven_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='forgiven')),
                ('letter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='bounces', to='mailing.letter', verbose_name='letter')),
            ],
            options={
                'verbose_name': 'letter that came back',
                'verbose_name_plural': 'letters that came back',
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['address', '-at'], name='bounce_of_address'), models.Index(condition=models.Q(('pulled_at__isnull', True)), fields=['at'], name='bounce_unpulled')],
            },
        ),
        migrations.CreateModel(
            name='LetterText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='letter')),
                ('language', models.CharField(choices=[('fi', 'Finnish'), ('sv', 'Swedish'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('subject', models.CharField(max_length=150, verbose_name='subject')),
                ('body', models.TextField(help_text='An empty line begins a paragraph, “- ” an item of a list, “## ” a heading. [Words]({address}) alone on its line is a link. Placeholders stand in braces.', verbose_name='text')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
            ],
            options={
                'verbose_name': 'text of a letter',
                'verbose_name_plural': 'texts of letters',
                'ordering': ['kind', 'language'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'language'), name='letter_text_once')],
            },
        ),
        migrations.CreateModel(
            name='QuietPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(blank=True, max_length=60, verbose_name='whose')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('last_day', models.DateField(verbose_name='last day')),
            ],
            options={
                'verbose_name': 'period without letters',
                'verbose_name_plural': 'periods without letters',
                'ordering': ['first_day', 'scope'],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='quiet_period_ends_after_it_begins', violation_error_message='The last day is before the first one.')],
            },
        ),
        migrations.CreateModel(
            name='Unsubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(editable=False, max_length=64)),
                ('group', models.CharField(max_length=40, verbose_name='letters')),
                ('since', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='since')),
            ],
            options={
                'verbose_name': 'unsubscription',
                'verbose_name_plural': 'unsubscriptions',
                'ordering': ['-since'],
                'constraints': [models.UniqueConstraint(fields=('address_hash', 'group'), name='unsubscription_once')],
            },
        ),
    ]
