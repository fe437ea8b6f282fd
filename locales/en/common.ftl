# Words that every part of the program uses: spans of time, dates, lists, parties, stages.

span-none = less than a second
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
span-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}

moment = { $day } { $month } { $year }, { $time } UTC
month-01 = January
month-02 = February
month-03 = March
month-04 = April
month-05 = May
month-06 = June
month-07 = July
month-08 = August
month-09 = September
month-10 = October
month-11 = November
month-12 = December

list-and = { $most } and { $last }

# Who acts, as a noun.
who-sender = the sender
who-sender-admin = the sender’s mail administrator
who-recipient = the recipient
who-recipient-admin = the administrator of the recipient’s mail system
who-partner-admin = the administrator of the server at the other end
who-service = the administrator of this mail server
who-nobody = nobody (waiting is enough)

# How far an attempt got.
stage-route = choosing the way
stage-resolve = looking the name up in DNS
stage-connect = opening the connection
stage-banner = waiting for the greeting
stage-ehlo = introducing ourselves (EHLO)
stage-starttls = asking for TLS (STARTTLS)
stage-tls = setting up TLS
stage-auth = logging in (AUTH)
stage-mail = naming the sender (MAIL FROM)
stage-rcpt = naming the recipient (RCPT TO)
stage-data = sending the content (DATA)
stage-end-of-data = after the content was sent
stage-local = writing into the mailbox
