"""The pages of signed-in liaisons and agents. Every address of a municipality carries it, and one gate decides."""

from django.urls import include, path

from portal.views import contacts, directory, look, offers, start, tasks

_of_municipality = [
    path("", start.portal_overview, name="portal_overview"),
    path("katso/", look.portal_look, name="portal_look"),
    path("historia/", start.portal_history, name="portal_history"),
    path("yhteystiedot/", contacts.portal_contacts, name="portal_contacts"),
    path("yhteystiedot/oikein/", contacts.portal_contacts_confirm, name="portal_contacts_confirm"),
    path("yhteystiedot/muuta/", contacts.portal_contacts_edit, name="portal_contacts_edit"),
    path("yhteystiedot/tehtava/<int:pk>/", contacts.portal_appointment, name="portal_appointment"),
    path("yhteystiedot/suostumus/", contacts.portal_consent, name="portal_consent"),
    path("yhteystiedot/aiheet/<int:pk>/", directory.portal_topics, name="portal_topics"),
    path("verkosto/", directory.portal_directory, name="portal_directory"),
    path("tarjonta/", offers.portal_offers, name="portal_offers"),
    path("tarjonta/<slug:what>/uusi/", offers.portal_offer, name="portal_offer_new"),
    path("tarjonta/<slug:what>/<int:pk>/", offers.portal_offer, name="portal_offer"),
    path("tarjonta/<slug:what>/<int:pk>/tarkistettu/", offers.portal_offer_checked, name="portal_offer_checked"),
    path("tarjonta/<slug:what>/<int:pk>/paata/", offers.portal_offer_end, name="portal_offer_end"),
    path("tehtavat/", tasks.portal_tasks, name="portal_tasks"),
    path("tehtavat/<int:pk>/tehty/", tasks.portal_task_tick, name="portal_task_tick"),
    path("tehtavat/<int:pk>/uudelleen/", tasks.portal_task_again, name="portal_task_again"),
    path("tehtavat/<int:pk>/sovi/", tasks.portal_task_agree, name="portal_task_agree"),
]

urlpatterns = [
    path("", start.portal_start, name="portal_start"),
    path("<slug:municipality_slug>/", include(_of_municipality)),
]
