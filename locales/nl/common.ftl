# Woorden die elk deel van het programma gebruikt: tijdsduren, datums, opsommingen, partijen, stappen.

span-none = minder dan een seconde
span-days = { $count ->
    [one] { $count } dag
   *[other] { $count } dagen
}
span-hours = { $count ->
    [one] { $count } uur
   *[other] { $count } uur
}
span-minutes = { $count ->
    [one] { $count } minuut
   *[other] { $count } minuten
}
span-seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } seconden
}

moment = { $day } { $month } { $year }, { $time } uur UTC
month-01 = januari
month-02 = februari
month-03 = maart
month-04 = april
month-05 = mei
month-06 = juni
month-07 = juli
month-08 = augustus
month-09 = september
month-10 = oktober
month-11 = november
month-12 = december

list-and = { $most } en { $last }

who-sender = de afzender
who-sender-admin = de mailbeheerder van de afzender
who-recipient = de ontvanger
who-recipient-admin = de beheerder van het mailsysteem van de ontvanger
who-partner-admin = de beheerder van de server aan de andere kant
who-service = de beheerder van deze mailserver
who-nobody = niemand (afwachten is genoeg)

stage-route = bij het kiezen van de route
stage-resolve = bij het opzoeken van de naam (DNS)
stage-connect = bij het opbouwen van de verbinding
stage-banner = bij het wachten op de begroeting
stage-ehlo = bij het voorstellen (EHLO)
stage-starttls = bij het vragen om TLS (STARTTLS)
stage-tls = bij het opzetten van TLS
stage-auth = bij het aanmelden (AUTH)
stage-mail = bij het noemen van de afzender (MAIL FROM)
stage-rcpt = bij het noemen van de ontvanger (RCPT TO)
stage-data = bij het verzenden van de inhoud (DATA)
stage-end-of-data = na het verzenden van de inhoud
stage-local = bij het schrijven in het postvak
