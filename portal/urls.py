"""The pages of signed-in liaisons and agents. Every address of a municipality carries it, and one gate decides."""

from django.urls import include, path

from portal.views import (
    contacts,
    coordination,
    directory,
    handover,
    letters,
    look,
    offers,
    own_data,
    start,
    survey_copy,
    survey_facts,
    tasks,
)

_of_municipality = [
    path("", start.portal_overview, name="portal_overview"),
    path("katso/", look.portal_look, name="portal_look"),
    path("historia/", start.portal_history, name="portal_history"),
    path("yhteystiedot/", contacts.portal_contacts, name="portal_contacts"),
    path("yhteystiedot/oikein/", contacts.portal_contacts_confirm, name="portal_contacts_confirm"),
    path("yhteystiedot/muuta/", contacts.portal_contacts_edit, name="portal_contacts_edit"),
    path("yhteystiedot/tehtava/<int:pk>/", contacts.portal_appointment, name="portal_appointment"),
    path("yhteystiedot/suostumus/", contacts.portal_consent, name="portal_consent"),
    path("yhteystiedot/aiheet/<int:pk>/", contacts.portal_topics, name="portal_topics"),
    path("luovutus/<int:pk>/", handover.portal_handover, name="portal_handover"),
    path("luovutus/paketti/<int:pk>/", handover.portal_pack, name="portal_pack"),
    path("luovutus/paketti/<int:pk>/vahvista/", handover.portal_pack_confirm, name="portal_pack_confirm"),
    path("hakemisto/", directory.portal_directory, name="portal_directory"),
    path("hakemisto/kysy/", directory.portal_ask, name="portal_ask"),
    path("tarjonta/", offers.portal_offers, name="portal_offers"),
    path("tarjonta/<slug:what>/uusi/", offers.portal_offer, name="portal_offer_new"),
    path("tarjonta/<slug:what>/<int:pk>/", offers.portal_offer, name="portal_offer"),
    path("tarjonta/<slug:what>/<int:pk>/tarkistettu/", offers.portal_offer_checked, name="portal_offer_checked"),
    path("tarjonta/<slug:what>/<int:pk>/paata/", offers.portal_offer_end, name="portal_offer_end"),
    path("kirje/", letters.portal_letters, name="portal_letters"),
    path("kirje/uusi/", letters.portal_letter_edit, name="portal_letter_new"),
    path("kirje/<int:pk>/", letters.portal_letter, name="portal_letter"),
    path("kirje/<int:pk>/muuta/", letters.portal_letter_edit, name="portal_letter_edit"),
    path("kirje/<int:pk>/laheta/", letters.portal_letter_send, name="portal_letter_send"),
    path("kysely/<int:year>/vastaukset.pdf", survey_copy.portal_survey_copy, name="portal_survey_copy"),
    path("kysely/<int:year>/rekisteri/<slug:question>/", survey_facts.portal_survey_fact, name="portal_survey_fact"),
    path("tehtavat/", tasks.portal_tasks, name="portal_tasks"),
    path("tehtavat/<int:pk>/tehty/", tasks.portal_task_tick, name="portal_task_tick"),
    path("tehtavat/<int:pk>/uudelleen/", tasks.portal_task_again, name="portal_task_again"),
    path("tehtavat/<int:pk>/sovi/", tasks.portal_task_agree, name="portal_task_agree"),
]

urlpatterns = [
    path("", start.portal_start, name="portal_start"),
    path("tiedot/", own_data.portal_data, name="portal_data"),
    path("tiedot/lataa/", own_data.portal_data_file, name="portal_data_file"),
    path("tiedot/poista/", own_data.portal_data_erase, name="portal_data_erase"),
    path("luovutus/", coordination.portal_posts, name="portal_posts"),
    path("luovutus/<int:pk>/", coordination.portal_post, name="portal_post"),
    path("luovutus/paketti/<int:pk>/", coordination.portal_post_pack, name="portal_post_pack"),
    path("luovutus/paketti/<int:pk>/vahvista/", coordination.portal_post_confirm, name="portal_post_confirm"),
    path("<slug:municipality_slug>/", include(_of_municipality)),
]
