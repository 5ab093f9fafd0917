from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("links", "0002_code")]

    operations = [
        migrations.AddField(model_name="link", name="codes_sent", field=models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(model_name="link", name="wrong_codes", field=models.PositiveSmallIntegerField(default=0)),
    ]
