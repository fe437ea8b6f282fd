# Pages in a browser: the page of a report, help pages.

report-page-title = Your message that was returned
report-page-gone-title = There is nothing here
report-page-gone = This address is not valid, or its time is over. A report’s page can be seen for a limited time only.
report-page-subject = Subject
report-page-returned = Returned on
report-page-until = Can be sent again until
report-page-recipients = Recipients
standing-gone = The cause is gone: mail for this recipient gets through again.
standing-gone-since = The cause is gone: mail has been getting through there since { $moment }.
standing-holds = The cause still holds.
standing-holds-last = The cause still holds: it was seen last on { $moment }.
standing-next = The next attempt with other mail is on { $moment }. Look here again afterwards.
standing-in-message = The reason lies in the message itself. Change it as the report says, and send it as a new message.
standing-refused = The other server refused the message for good. Send it again once you know that the reason has been removed there.
standing-unknown = Whether the cause still holds is not known: nothing has been sent there since. You can try it.
send-again-heading = Send it again
send-again-explain = { $count ->
    [one] The message is sent again to this recipient, as you wrote it: { $recipients }. You do not have to write anything. This can be done once.
   *[other] The message is sent again to these { $count } recipients, as you wrote it: { $recipients }. You do not have to write anything. This can be done once.
}
send-again-button = Send again
send-again-later = It can be sent again here once the cause is gone.
send-again-not-kept = The message itself was not kept here. Please send it again from the folder of sent messages of your mail program.
send-again-done-title = Your message is on its way again
send-again-done = { $count ->
    [one] It has been queued for one recipient. If it cannot be delivered, you will get another report.
   *[other] It has been queued for { $count } recipients. If it cannot be delivered, you will get another report.
}
send-again-before = It was sent again on { $moment }. This can be done only once; if that message could not be delivered either, its own report has a new page.
send-again-refused = The form was not sent from this page. Open the page from the report again, and press the button there.
send-again-failed = The message could not be sent again just now. Please try it later.
too-many-requests = Too many requests at once. Please wait a minute.

help-title-user = Help: your message could not be delivered ({ $code })
help-title-admin = For administrators: { $code }
help-unknown-title = There is no help for this code
help-unknown = A code has three numbers with dots between them, like 5.1.1. This one is not known here.
help-what = What happened
help-what-several = This code stands for one of these
help-do = What you can do
help-domain = the recipient’s domain
help-host = the recipient’s mail server
help-postmaster = your administrator
help-code-name = Name of the code
help-code-source = Defined in
help-source-hosted = hosted Exchange
help-source-both = hosted Exchange and Causeway
help-source-registry = IANA registry
help-causes = Possible causes
help-why = Why it leads to this
help-to-do = What to do
help-who = Who acts
help-to-admin = Help on this for administrators
help-to-user = Help on this for senders
help-feedback = Was this page helpful?
help-yes = Yes
help-no = No
help-thanks-title = Thank you
help-thanks = Your answer helps to improve this page.
help-back = Back to the help page

home-title = This mail server
home-came-back = A message came back?
home-came-back-what = A report, an error message or a code can be explained here: what happened, who has to act, and what to do.
home-code = Code from a report, like 5.1.1
home-look-up = Look up
home-mail-program = Setting up a mail program
