# Wörter, die jeder Teil des Programms braucht: Zeitspannen, Daten, Aufzählungen, Beteiligte, Schritte.

span-none = weniger als eine Sekunde
span-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
span-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
span-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
span-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}

moment = { $day }. { $month } { $year }, { $time } Uhr UTC
month-01 = Januar
month-02 = Februar
month-03 = März
month-04 = April
month-05 = Mai
month-06 = Juni
month-07 = Juli
month-08 = August
month-09 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

list-and = { $most } und { $last }

who-sender = der Absender
who-sender-admin = die E-Mail-Administration des Absenders
who-recipient = der Empfänger
who-recipient-admin = die Administration des Mailsystems auf Empfängerseite
who-partner-admin = die Administration des Servers auf der Gegenseite
who-service = die Administration dieses Mailservers
who-nobody = niemand (Abwarten genügt)

stage-route = bei der Wahl des Weges
stage-resolve = bei der Namensauflösung (DNS)
stage-connect = beim Verbindungsaufbau
stage-banner = beim Warten auf die Begrüßung
stage-ehlo = bei der Vorstellung (EHLO)
stage-starttls = bei der Bitte um TLS (STARTTLS)
stage-tls = beim Aufbau von TLS
stage-auth = bei der Anmeldung (AUTH)
stage-mail = bei der Nennung des Absenders (MAIL FROM)
stage-rcpt = bei der Nennung des Empfängers (RCPT TO)
stage-data = beim Senden des Inhalts (DATA)
stage-end-of-data = nach dem Senden des Inhalts
stage-local = beim Schreiben in das Postfach
