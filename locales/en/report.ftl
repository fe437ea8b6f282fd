# Reports to senders: not delivered, delayed, delivered, handed on.

from-name = Mail delivery, { $organization }
subject-failed = Not delivered: { $subject }
subject-delayed = Delayed: { $subject }
subject-delivered = Delivered: { $subject }
subject-relayed = Handed on: { $subject }
subject-expanded = Distributed: { $subject }
subject-failed-report = Report not delivered: { $subject }
subject-none = (no subject)

headline-failed-one = Your message to { $recipient } could not be delivered.
headline-failed-many = Your message could not be delivered to { $count } recipients.
headline-failed-report = A report to { $recipient } could not be delivered.
headline-delayed-one = Your message to { $recipient } is late.
headline-delayed-many = Your message to { $count } recipients is late.
headline-delivered-one = Your message to { $recipient } has been delivered.
headline-delivered-many = Your message has been delivered to { $count } recipients.
headline-relayed-one = Your message to { $recipient } has been handed to the next server.
headline-relayed-many = Your message has been handed to the next server for { $count } recipients.
headline-expanded-one = Your message to { $recipient } has been distributed.
headline-expanded-many = Your message to { $count } distribution addresses has been distributed.

lead-report = With this report our mail server wanted to tell the sender of a message what became of it. The sender has not learned of it; the report is attached. If you know the sender, pass it on in another way. If the sender’s address is invented, as is usual in spam, there is nothing to do.
lead-delayed = You do not need to send it again: we keep trying until { $moment }.
lead-held = You do not need to send it again: an administrator decides about it. Without a decision it is returned to you on { $moment }.
lead-next-attempt = The next attempt is at { $moment }.
lead-if-never = If it still cannot be delivered by then, you will get another report.
lead-delivered = It is in the mailbox. You asked for this confirmation; it does not mean that the message has been read.
lead-relayed = The next server took it but does not confirm deliveries, so no confirmation will follow. If it cannot deliver the message, it should tell you.
lead-expanded = The address stands for several recipients, and the message has been passed on to them. No confirmation follows for each of them.

verdict-queued = { $attempts ->
    [one] We have tried once so far.
   *[other] We have tried { $attempts } times so far, over { $span }.
}
verdict-expired = { $attempts ->
    [0] The time for delivering it has run out.
    [one] We tried once, the time for delivering it has run out, and we have stopped trying.
   *[other] We tried { $attempts } times within { $span } and have stopped trying.
}
verdict-final = This is final: as long as nothing changes, the same message would fail again.
verdict-returned = We have stopped trying. You can send the message again; the administrator knows whether that makes sense now.

move-sender = You can solve this yourself.
move-sender-admin = Your mail administrator has to act.
move-recipient = The recipient has to act.
move-recipient-admin = The administrator of the recipient’s mail system has to act.
move-partner-admin = The administrator of the server at the other end has to act.
move-service = We have to act: the administrators of the mail server of { $organization }.
move-nobody = Nobody has to act; waiting is enough.
move-not-tested = This is our best guess; the possible causes, listed below for administrators, have not been tested.
move-not-settled = This is our best guess: what has been tested, listed below for administrators, does not settle it.
party-sender = You
party-service = { $organization }
party-acts = next to act

problem-name-unknown = The mail domain { $domain }, or the server responsible for it, does not exist in the internet’s directory of names (DNS).
problem-name-trouble = The internet’s directory of names (DNS) gives no usable answer about where mail for { $domain } goes.
problem-takes-no-mail = { $domain } has declared that it does not accept any mail.
problem-no-connection = The mail server for { $domain } does not answer.
problem-refused = The mail server for { $domain } refuses our connections.
problem-no-service = The mail server for { $domain } can be reached, but does not offer its service at present.
problem-no-tls = A secure connection to the mail server for { $domain } is required and cannot be set up.
problem-certificate = The mail server for { $domain } cannot prove its identity: its certificate is not valid.
problem-broken = The connection to the mail server for { $domain } breaks off before the message has been handed over.
problem-login = The mail server for { $domain } takes mail only after a login, and our login there does not succeed.
problem-loop = The message would go round in circles between mail servers instead of reaching { $domain }.
problem-no-route = There is no mailbox with this address here, and no way is set up to the server where it could be.
problem-user-unknown = This address does not exist at { $domain }.
problem-moved = The recipient’s mailbox has moved to another address.
problem-mailbox-disabled = The recipient’s mailbox is switched off.
problem-mailbox-full = The recipient’s mailbox is full.
problem-too-big = The message is too big for the recipient’s mail server.
problem-too-big-limit = The message is too big: it is { $size }, and the recipient’s mail server accepts { $limit } at most.
problem-unsupported = The message uses something that the mail server for { $domain } does not support, such as letters outside A to Z in an address.
problem-relay-denied = The mail server we were directed to does not take mail for { $domain }.
problem-too-many-recipients = The message has more recipients than the mail server for { $domain } takes at once.
problem-spam = The mail server for { $domain } took the message for spam and refused it.
problem-virus = The mail server for { $domain } found malicious software in the message and refused it.
problem-content = The mail server for { $domain } refused the message because of its content or its form.
problem-blocked = The mail server for { $domain } does not trust our mail server or your domain, and refused the message.
problem-sender-refused = The mail server for { $domain } refuses mail from your address.
problem-policy = A rule of the recipient’s organization forbids the delivery.
problem-later = The mail server for { $domain } keeps asking us to come back later.
problem-server-trouble = The mail server for { $domain } has a fault of its own and cannot take the message at present.
problem-other = The mail server for { $domain } refused the message. Its answer is quoted below.
problem-ours = A fault of our own mail server prevents the delivery.
problem-returned = An administrator of our mail server ended the delivery of this message.
problem-held = Our mail server put this message on hold when it came in, for an administrator to look at.
problem-forward-limit = The recipient’s mailbox forwards its mail, and has forwarded as much as it may in an hour.
problem-not-tried = The message waited on our mail server, and its time ran out before a delivery was tried.

step-wait = Do nothing: delivery is tried again automatically.
step-wait-for-decision = Wait for the decision: you do not need to send the message again.
step-other-way = If it is urgent, reach the recipient in another way, for example by telephone.
step-check-domain = Check the part of the address after the @ sign letter by letter. If it is misspelt, send the message to the correct address.
step-check-address = Check the address letter by letter. If it is misspelt, send the message to the correct address.
step-drop-suggestion = Type the address again instead of picking your program’s suggestion; stored addresses may be out of date.
step-ask-recipient = Ask the recipient, for example by telephone, which address is valid.
step-send-again-later = Send the message again in a few hours or on the next working day.
step-send-again-when-told = Send the message again once the administrator tells you that the fault has been removed.
step-tell-recipient = Let the recipient know in another way, and ask them to pass this report to their administrator.
step-tell-recipient-full = Let the recipient know in another way that their mailbox is full.
step-tell-own-administrator = Give this report to the administrator of your own mail domain.
step-ask-postmaster = Ask { $postmaster } for help and attach this report.
step-use-new-address = Use the new address, if the server’s answer below names it.
step-make-smaller = Make the message smaller: leave attachments out, compress them, or split them over several messages.
step-send-link = Or put the files in a shared place and send a link.
step-plain-address = If the recipient has an address with the plain letters A to Z only, use that one.
step-fewer-recipients = Send the message in several parts, each to fewer recipients.
step-change-content = Word the message differently and leave out links and attachments that can be left out; then send it again.
step-scan-computer = Have your computer and the attachment scanned for malicious software before you send anything else.
step-check-own-address = Check that the sender’s address set in your mail program is your own and spelt correctly.
step-read-answer = Read the server’s answer below; it often names the reason.

# Stands at the top of a report in two languages, in the second one.
language-below = In English: see below.

heading-message = Your message
heading-steps = What you can do
heading-admin = For administrators
heading-attempts = Attempts
heading-causes = Possible causes
heading-causes-found = Causes
heading-hops = The way of the message so far
causes-not-tested = These causes are known for this failure. They have not been tested for this message.
cause-confirmed = Confirmed: { $cause }
cause-ruled-out = Ruled out: { $cause }
cause-act = To be done by { $who }: { $action }

label-subject = Subject
label-received = Received here
label-generating-server = Report written by
label-queue-id = Queue ID
label-sender = Sender
label-size = Size
label-expires = Returned after
label-next-attempt = Next attempt
label-code = Code
label-target = Target server
label-connector = Connector
label-answer = Its answer, word for word
label-finding = What happened
label-stage = Stopped at
label-tls = TLS
label-attempts = Attempts
label-first-attempt = First attempt
label-last-attempt = Last attempt
label-returned = Returned by an administrator
label-time = Time (UTC)
label-result = Result
label-from = From
label-by = By
label-with = With
label-delay = Delay

attempts-left-out = { $count ->
    [one] One attempt in between is not listed.
   *[other] { $count } attempts in between are not listed.
}
more-recipients = and { $count } more
local-mailbox = mailbox on this server
note-header-only = The original message is { $size }. Only its header is attached.
page-link = Whether the cause still holds, and how to send the message again:
help-link = Help on this report:
help-admin-link = Help on this code for administrators:
contact = Questions about this report: { $postmaster }

# The list of mail on hold, for administrators.
held-subject = { $count ->
    [one] { $count } message is on hold
   *[other] { $count } messages are on hold
}
held-lead = { $count ->
    [one] { $count } message was put on hold when it came in, and waits for your decision.
   *[other] { $count } messages were put on hold when they came in, and wait for your decision.
}
held-reason = Because: { $reason }
held-until = Without a decision it is returned to its sender on { $moment }.
held-more = … and { $count } more.
held-what-to-do = Look at them, then release or return them:
