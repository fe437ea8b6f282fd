# Pagina’s in de browser: de pagina van een rapport, hulppagina’s.

report-page-title = Uw teruggestuurde bericht
report-page-gone-title = Hier is niets
report-page-gone = Dit adres is niet geldig, of de tijd ervan is voorbij. De pagina van een rapport is maar een beperkte tijd te zien.
report-page-subject = Onderwerp
report-page-returned = Teruggestuurd op
report-page-until = Opnieuw te verzenden tot
report-page-recipients = Ontvangers
standing-gone = De oorzaak is verholpen: e-mail voor deze ontvanger komt weer aan.
standing-gone-since = De oorzaak is verholpen: sinds { $moment } komt e-mail daar weer aan.
standing-holds = De oorzaak bestaat nog.
standing-holds-last = De oorzaak bestaat nog: ze is het laatst gezien op { $moment }.
standing-next = De volgende poging met andere e-mail is op { $moment }. Kijk daarna hier nog eens.
standing-in-message = De reden ligt in het bericht zelf. Pas het aan zoals het rapport zegt en verzend het als nieuw bericht.
standing-refused = De andere server heeft het bericht definitief geweigerd. Verzend het opnieuw zodra u weet dat de reden daar is weggenomen.
standing-unknown = Of de oorzaak nog bestaat, is niet bekend: er is sindsdien niets meer naartoe verzonden. U kunt het proberen.
send-again-heading = Opnieuw verzenden
send-again-explain = { $count ->
    [one] Het bericht wordt zoals u het geschreven hebt opnieuw aan deze ontvanger verzonden: { $recipients }. U hoeft niets opnieuw te schrijven. Dit kan één keer.
   *[other] Het bericht wordt zoals u het geschreven hebt opnieuw aan deze { $count } ontvangers verzonden: { $recipients }. U hoeft niets opnieuw te schrijven. Dit kan één keer.
}
send-again-button = Opnieuw verzenden
send-again-later = Zodra de oorzaak is verholpen, kan het bericht hier opnieuw worden verzonden.
send-again-not-kept = Het bericht zelf is hier niet bewaard. Verzend het opnieuw vanuit de map met verzonden berichten van uw mailprogramma.
send-again-done-title = Uw bericht is weer onderweg
send-again-done = { $count ->
    [one] Het staat in de wachtrij voor één ontvanger. Kan het niet worden bezorgd, dan krijgt u een nieuw rapport.
   *[other] Het staat in de wachtrij voor { $count } ontvangers. Kan het niet worden bezorgd, dan krijgt u een nieuw rapport.
}
send-again-before = Het is op { $moment } opnieuw verzonden. Dat kan maar één keer; kon ook dat bericht niet worden bezorgd, dan heeft het eigen rapport ervan een nieuwe pagina.
send-again-refused = Het formulier is niet vanaf deze pagina verzonden. Open de pagina nog eens vanuit het rapport en druk daar op de knop.
send-again-failed = Het bericht kon nu niet opnieuw worden verzonden. Probeer het later nog eens.
too-many-requests = Te veel vragen tegelijk. Wacht een minuut.

help-title-user = Hulp: uw bericht kon niet worden bezorgd ({ $code })
help-title-admin = Voor beheerders: { $code }
help-unknown-title = Er is geen hulp bij deze code
help-unknown = Een code bestaat uit drie getallen met punten ertussen, zoals 5.1.1. Deze is hier niet bekend.
help-what = Wat er gebeurd is
help-what-several = Deze code staat voor een van deze
help-do = Wat u kunt doen
help-domain = het domein van de ontvanger
help-host = de mailserver van de ontvanger
help-postmaster = uw beheerder
help-code-name = Naam van de code
help-code-source = Vastgelegd in
help-source-hosted = gehoste Exchange
help-source-both = gehoste Exchange en Causeway
help-source-registry = register van IANA
help-causes = Mogelijke oorzaken
help-why = Waarom het hiertoe leidt
help-to-do = Wat te doen
help-who = Wie handelt
help-to-admin = Hulp hierover voor beheerders
help-to-user = Hulp hierover voor afzenders
help-feedback = Was deze pagina nuttig?
help-yes = Ja
help-no = Nee
help-thanks-title = Dank u
help-thanks = Uw antwoord helpt deze pagina te verbeteren.
help-back = Terug naar de hulppagina

home-title = Deze mailserver
home-came-back = Kwam een bericht terug?
home-came-back-what = Een rapport, een foutmelding of een code wordt hier verklaard: wat er is gebeurd, wie moet handelen en wat er te doen is.
home-code = Code uit een rapport, zoals 5.1.1
home-look-up = Opzoeken
home-mail-program = Een mailprogramma instellen
