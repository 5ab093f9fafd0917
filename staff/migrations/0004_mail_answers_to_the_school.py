from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_lost_factor")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="reply_to",
            field=models.EmailField(blank=True, max_length=254, default=""),
            preserve_default=False,
        ),
    ]
