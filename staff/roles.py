from django.db import models


class Role(models.TextChoices):
    SENCO = "senco", "SENDCo"
    PROVISION_LEAD = "provision_lead", "Provision lead"
    HEAD = "head", "Headteacher or senior leader"
    TEACHER = "teacher", "Teacher"
    TEACHING_ASSISTANT = "teaching_assistant", "Teaching assistant"
    OFFICE = "office", "Office"
    GOVERNOR = "governor", "Governor"
    ADMINISTRATOR = "administrator", "System administrator"
    DSL = "dsl", "Designated safeguarding lead"
    DPO = "dpo", "Data protection officer"
    PAY = "pay", "Sees pay"
