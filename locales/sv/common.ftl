# Ord som alla delar av programmet använder: tidsrymder, datum, uppräkningar, parter, steg.

span-none = mindre än en sekund
span-days = { $count ->
    [one] { $count } dag
   *[other] { $count } dagar
}
span-hours = { $count ->
    [one] { $count } timme
   *[other] { $count } timmar
}
span-minutes = { $count ->
    [one] { $count } minut
   *[other] { $count } minuter
}
span-seconds = { $count ->
    [one] { $count } sekund
   *[other] { $count } sekunder
}

moment = { $day } { $month } { $year } kl. { $time } UTC
month-01 = januari
month-02 = februari
month-03 = mars
month-04 = april
month-05 = maj
month-06 = juni
month-07 = juli
month-08 = augusti
month-09 = september
month-10 = oktober
month-11 = november
month-12 = december

list-and = { $most } och { $last }

who-sender = avsändaren
who-sender-admin = avsändarens e-postadministratör
who-recipient = mottagaren
who-recipient-admin = administratören för mottagarens e-postsystem
who-partner-admin = administratören för servern i andra änden
who-service = administratören för den här e-postservern
who-nobody = ingen (det räcker att vänta)

stage-route = vid valet av väg
stage-resolve = vid namnuppslagningen (DNS)
stage-connect = när anslutningen öppnades
stage-banner = i väntan på hälsningen
stage-ehlo = vid presentationen (EHLO)
stage-starttls = vid begäran om TLS (STARTTLS)
stage-tls = när TLS upprättades
stage-auth = vid inloggningen (AUTH)
stage-mail = när avsändaren angavs (MAIL FROM)
stage-rcpt = när mottagaren angavs (RCPT TO)
stage-data = när innehållet sändes (DATA)
stage-end-of-data = efter att innehållet hade sänts
stage-local = vid skrivningen till brevlådan
