# Sidor i webbläsaren: sidan till en rapport, hjälpsidor.

report-page-title = Ditt returnerade meddelande
report-page-gone-title = Här finns inget
report-page-gone = Den här adressen gäller inte, eller så har dess tid gått ut. Sidan till en rapport finns bara en begränsad tid.
report-page-subject = Ämne
report-page-returned = Returnerat
report-page-until = Kan skickas igen till
report-page-recipients = Mottagare
standing-gone = Orsaken är åtgärdad: e-post till den här mottagaren kommer fram igen.
standing-gone-since = Orsaken är åtgärdad: e-post kommer fram dit sedan { $moment }.
standing-holds = Orsaken finns kvar.
standing-holds-last = Orsaken finns kvar: den sågs senast { $moment }.
standing-next = Nästa försök med annan e-post görs { $moment }. Titta här igen efter det.
standing-in-message = Orsaken ligger i själva meddelandet. Ändra det så som rapporten säger och skicka det som ett nytt meddelande.
standing-refused = Den andra servern har avvisat meddelandet slutgiltigt. Skicka det igen när du vet att orsaken är åtgärdad där.
standing-unknown = Om orsaken finns kvar är inte känt: inget har skickats dit sedan dess. Du kan försöka.
send-again-heading = Skicka igen
send-again-explain = { $count ->
    [one] Meddelandet skickas igen till den här mottagaren, så som du skrev det: { $recipients }. Du behöver inte skriva något på nytt. Det går att göra en gång.
   *[other] Meddelandet skickas igen till dessa { $count } mottagare, så som du skrev det: { $recipients }. Du behöver inte skriva något på nytt. Det går att göra en gång.
}
send-again-button = Skicka igen
send-again-later = När orsaken är åtgärdad kan meddelandet skickas igen här.
send-again-not-kept = Själva meddelandet har inte sparats här. Skicka det igen från mappen för skickade meddelanden i ditt e-postprogram.
send-again-done-title = Ditt meddelande är på väg igen
send-again-done = { $count ->
    [one] Det står i kö till en mottagare. Om det inte kan levereras får du en ny rapport.
   *[other] Det står i kö till { $count } mottagare. Om det inte kan levereras får du en ny rapport.
}
send-again-before = Det skickades igen { $moment }. Det går bara en gång; om inte heller det meddelandet kunde levereras har dess egen rapport en ny sida.
send-again-refused = Formuläret skickades inte från den här sidan. Öppna sidan från rapporten igen och tryck på knappen där.
send-again-failed = Meddelandet kunde inte skickas igen just nu. Försök igen senare.
too-many-requests = För många frågor på en gång. Vänta en minut.

help-title-user = Hjälp: ditt meddelande kunde inte levereras ({ $code })
help-title-admin = För administratörer: { $code }
help-unknown-title = Det finns ingen hjälp för den här koden
help-unknown = En kod består av tre tal med punkter emellan, som 5.1.1. Den här är inte känd här.
help-what = Vad som hände
help-what-several = Den här koden står för något av detta
help-do = Vad du kan göra
help-domain = mottagarens domän
help-host = mottagarens e-postserver
help-postmaster = din administratör
help-code-name = Kodens namn
help-code-source = Definierad i
help-source-hosted = Exchange som tjänst
help-source-both = Exchange som tjänst och Causeway
help-source-registry = IANA:s register
help-causes = Möjliga orsaker
help-why = Varför det leder hit
help-to-do = Vad som ska göras
help-who = Vem som agerar
help-to-admin = Hjälp om detta för administratörer
help-to-user = Hjälp om detta för avsändare
help-feedback = Var den här sidan till hjälp?
help-yes = Ja
help-no = Nej
help-thanks-title = Tack
help-thanks = Ditt svar hjälper till att förbättra sidan.
help-back = Tillbaka till hjälpsidan

home-title = Den här e-postservern
home-came-back = Kom ett meddelande tillbaka?
home-came-back-what = En rapport, ett felmeddelande eller en kod förklaras här: vad som har hänt, vem som måste agera och vad som ska göras.
home-code = Kod från en rapport, till exempel 5.1.1
home-look-up = Slå upp
home-mail-program = Ställa in ett e-postprogram
