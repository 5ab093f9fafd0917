from . import concerns, duplicates, imports, letters, records, registers

app_name = "pupils"
urlpatterns = [
    *records.urlpatterns,
    *registers.urlpatterns,
    *concerns.urlpatterns,
    *letters.urlpatterns,
    *imports.urlpatterns,
    *duplicates.urlpatterns,
]
