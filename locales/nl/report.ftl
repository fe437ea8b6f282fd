# Rapporten aan afzenders: niet bezorgd, vertraagd, bezorgd, doorgegeven.

from-name = Mailbezorging, { $organization }
subject-failed = Niet bezorgd: { $subject }
subject-delayed = Vertraagd: { $subject }
subject-delivered = Bezorgd: { $subject }
subject-relayed = Doorgegeven: { $subject }
subject-expanded = Verspreid: { $subject }
subject-failed-report = Rapport niet bezorgd: { $subject }
subject-none = (geen onderwerp)

headline-failed-one = Uw bericht aan { $recipient } kon niet worden bezorgd.
headline-failed-many = Uw bericht kon bij { $count } ontvangers niet worden bezorgd.
headline-failed-report = Een rapport aan { $recipient } kon niet worden bezorgd.
headline-delayed-one = Uw bericht aan { $recipient } is vertraagd.
headline-delayed-many = Uw bericht aan { $count } ontvangers is vertraagd.
headline-delivered-one = Uw bericht aan { $recipient } is bezorgd.
headline-delivered-many = Uw bericht is bij { $count } ontvangers bezorgd.
headline-relayed-one = Uw bericht aan { $recipient } is aan de volgende server doorgegeven.
headline-relayed-many = Uw bericht is voor { $count } ontvangers aan de volgende server doorgegeven.
headline-expanded-one = Uw bericht aan { $recipient } is verspreid.
headline-expanded-many = Uw bericht aan { $count } distributieadressen is verspreid.

lead-report = Met dit rapport wilde onze mailserver een afzender laten weten wat er met een bericht is gebeurd. De afzender weet dat nu niet; het rapport is bijgevoegd. Kent u de afzender, geef het dan op een andere manier door. Is het afzenderadres verzonnen, zoals bij spam gebruikelijk is, dan hoeft u niets te doen.
lead-delayed = U hoeft het niet opnieuw te verzenden: we blijven het proberen tot { $moment }.
lead-held = U hoeft het niet opnieuw te verzenden: een beheerder beslist erover. Zonder beslissing krijgt u het op { $moment } terug.
lead-next-attempt = De volgende poging is op { $moment }.
lead-if-never = Lukt de bezorging tot dan toe niet, dan krijgt u nog een rapport.
lead-delivered = Het ligt in het postvak. U had om deze bevestiging gevraagd; ze zegt niet dat het bericht is gelezen.
lead-relayed = De volgende server heeft het aangenomen, maar bevestigt geen bezorgingen. Er volgt dus geen bevestiging meer. Als die server het bericht niet kan bezorgen, hoort hij u dat te melden.
lead-expanded = Het adres staat voor meerdere ontvangers, en het bericht is aan hen doorgegeven. Voor de afzonderlijke ontvangers volgt geen bevestiging.

verdict-queued = { $attempts ->
    [one] We hebben het tot nu toe één keer geprobeerd.
   *[other] We hebben het tot nu toe { $attempts } keer geprobeerd, gedurende { $span }.
}
verdict-expired = { $attempts ->
    [0] De termijn voor de bezorging is verstreken.
    [one] We hebben het één keer geprobeerd; de termijn voor de bezorging is verstreken en we proberen het niet meer.
   *[other] We hebben het { $attempts } keer geprobeerd, gedurende { $span }, en proberen het niet meer.
}
verdict-final = Dit is definitief: zolang er niets verandert, zou hetzelfde bericht opnieuw mislukken.
verdict-returned = Het wordt niet meer geprobeerd. U kunt het bericht opnieuw verzenden; of dat nu zin heeft, weet de beheerder.

move-sender = U kunt dit zelf oplossen.
move-sender-admin = Uw mailbeheerder is aan zet.
move-recipient = De ontvanger is aan zet.
move-recipient-admin = De beheerder van het mailsysteem van de ontvanger is aan zet.
move-partner-admin = De beheerder van de server aan de andere kant is aan zet.
move-service = Wij zijn aan zet: de beheerders van de mailserver van { $organization }.
move-nobody = Niemand hoeft iets te doen; afwachten is genoeg.
move-not-tested = Dit is ons vermoeden; de mogelijke oorzaken, verderop voor beheerders vermeld, zijn niet getest.
move-not-settled = Dit is ons vermoeden: wat is getest, verderop voor beheerders vermeld, geeft geen uitsluitsel.
party-sender = U
party-service = { $organization }
party-acts = aan zet

problem-name-unknown = Het maildomein { $domain }, of de server die ervoor verantwoordelijk is, staat niet in het adresboek van internet (DNS).
problem-name-trouble = Het adresboek van internet (DNS) geeft geen bruikbaar antwoord op de vraag waar mail voor { $domain } naartoe moet.
problem-takes-no-mail = { $domain } heeft verklaard geen enkele mail aan te nemen.
problem-no-connection = De mailserver voor { $domain } antwoordt niet.
problem-refused = De mailserver voor { $domain } weigert onze verbindingen.
problem-no-service = De mailserver voor { $domain } is bereikbaar, maar biedt zijn dienst op dit moment niet aan.
problem-no-tls = Een beveiligde verbinding met de mailserver voor { $domain } is verplicht en komt niet tot stand.
problem-certificate = De mailserver voor { $domain } kan zijn identiteit niet bewijzen: zijn certificaat is niet geldig.
problem-broken = De verbinding met de mailserver voor { $domain } breekt af voordat het bericht is overgedragen.
problem-login = De mailserver voor { $domain } neemt mail pas na aanmelding aan, en onze aanmelding daar lukt niet.
problem-loop = Het bericht zou tussen mailservers blijven rondgaan in plaats van { $domain } te bereiken.
problem-no-route = Een postvak met dit adres bestaat hier niet, en er is geen route ingesteld naar de server waar het zou kunnen zijn.
problem-user-unknown = Dit adres bestaat niet bij { $domain }.
problem-moved = Het postvak van de ontvanger heeft een ander adres gekregen.
problem-mailbox-disabled = Het postvak van de ontvanger is uitgeschakeld.
problem-mailbox-full = Het postvak van de ontvanger is vol.
problem-too-big = Het bericht is te groot voor de mailserver van de ontvanger.
problem-too-big-limit = Het bericht is te groot: het is { $size }, en de mailserver van de ontvanger neemt maximaal { $limit } aan.
problem-unsupported = Het bericht gebruikt iets wat de mailserver voor { $domain } niet ondersteunt, zoals letters met accenten in een adres.
problem-relay-denied = De mailserver waarnaar we zijn verwezen, neemt geen mail voor { $domain } aan.
problem-too-many-recipients = Het bericht heeft meer ontvangers dan de mailserver voor { $domain } in één keer aanneemt.
problem-spam = De mailserver voor { $domain } zag het bericht aan voor spam en heeft het geweigerd.
problem-virus = De mailserver voor { $domain } heeft schadelijke software in het bericht gevonden en het geweigerd.
problem-content = De mailserver voor { $domain } heeft het bericht geweigerd vanwege de inhoud of de vorm.
problem-blocked = De mailserver voor { $domain } vertrouwt onze mailserver of uw domein niet en heeft het bericht geweigerd.
problem-sender-refused = De mailserver voor { $domain } weigert mail van uw adres.
problem-policy = Een regel van de organisatie van de ontvanger verbiedt de bezorging.
problem-later = De mailserver voor { $domain } vraagt ons telkens om later terug te komen.
problem-server-trouble = De mailserver voor { $domain } heeft zelf een storing en kan het bericht op dit moment niet aannemen.
problem-other = De mailserver voor { $domain } heeft het bericht geweigerd. Het antwoord staat verderop letterlijk vermeld.
problem-ours = Een storing van onze eigen mailserver verhindert de bezorging.
problem-returned = Een beheerder van onze mailserver heeft de bezorging van dit bericht beëindigd.
problem-held = Onze mailserver heeft dit bericht bij binnenkomst vastgehouden, zodat een beheerder het kan bekijken.
problem-forward-limit = Het postvak van de ontvanger stuurt zijn post door en heeft dit uur zoveel doorgestuurd als het mag.
problem-not-tried = Het bericht wachtte op onze mailserver, en de termijn verstreek voordat een bezorging was geprobeerd.

step-wait = Doe niets: de bezorging wordt vanzelf opnieuw geprobeerd.
step-wait-for-decision = Wacht de beslissing af: u hoeft het bericht niet opnieuw te verzenden.
step-other-way = Is het dringend, neem dan op een andere manier contact op met de ontvanger, bijvoorbeeld telefonisch.
step-check-domain = Controleer het deel van het adres na het apenstaartje (@) letter voor letter. Staat er een fout in, verzend het bericht dan naar het juiste adres.
step-check-address = Controleer het adres letter voor letter. Staat er een fout in, verzend het bericht dan naar het juiste adres.
step-drop-suggestion = Typ het adres opnieuw in plaats van de suggestie van uw programma te gebruiken; opgeslagen adressen kunnen verouderd zijn.
step-ask-recipient = Vraag de ontvanger, bijvoorbeeld per telefoon, welk adres geldig is.
step-send-again-later = Verzend het bericht over enkele uren of op de volgende werkdag opnieuw.
step-send-again-when-told = Verzend het bericht opnieuw zodra de beheerder u zegt dat de storing is verholpen.
step-tell-recipient = Laat het de ontvanger op een andere manier weten en vraag om dit rapport aan de eigen beheerder door te geven.
step-tell-recipient-full = Laat de ontvanger op een andere manier weten dat het postvak vol is.
step-tell-own-administrator = Geef dit rapport aan de beheerder van uw eigen maildomein.
step-ask-postmaster = Vraag { $postmaster } om hulp en voeg dit rapport bij.
step-use-new-address = Gebruik het nieuwe adres, als het antwoord van de server verderop het noemt.
step-make-smaller = Maak het bericht kleiner: laat bijlagen weg, comprimeer ze, of verdeel ze over meerdere berichten.
step-send-link = Of zet de bestanden op een gedeelde plaats en stuur een link.
step-plain-address = Heeft de ontvanger een adres met alleen de letters A tot en met Z, gebruik dan dat.
step-fewer-recipients = Verzend het bericht in meerdere delen aan telkens minder ontvangers.
step-change-content = Formuleer het bericht anders en laat links en bijlagen weg die gemist kunnen worden; verzend het dan opnieuw.
step-scan-computer = Laat uw computer en de bijlage op schadelijke software controleren voordat u iets anders verzendt.
step-check-own-address = Controleer of het afzenderadres in uw mailprogramma uw eigen adres is en juist is gespeld.
step-read-answer = Lees het antwoord van de server verderop; vaak noemt het de reden.

# Stands at the top of a report in two languages, in the second one.
language-below = In het Nederlands: zie hieronder.

heading-message = Uw bericht
heading-steps = Wat u kunt doen
heading-admin = Voor beheerders
heading-attempts = Pogingen
heading-causes = Mogelijke oorzaken
heading-causes-found = Oorzaken
heading-hops = De weg van het bericht tot nu toe
causes-not-tested = Deze oorzaken zijn voor deze fout bekend. Voor dit bericht zijn ze niet getest.
cause-confirmed = Bevestigd: { $cause }
cause-ruled-out = Uitgesloten: { $cause }
cause-act = Aan zet is { $who }: { $action }

label-subject = Onderwerp
label-received = Hier ontvangen
label-generating-server = Rapport van
label-queue-id = Wachtrij-ID
label-sender = Afzender
label-size = Grootte
label-expires = Terug na
label-next-attempt = Volgende poging
label-code = Code
label-target = Doelserver
label-connector = Connector
label-answer = Antwoord van de server, woordelijk
label-finding = Wat er gebeurde
label-stage = Mislukt
label-tls = TLS
label-attempts = Pogingen
label-first-attempt = Eerste poging
label-last-attempt = Laatste poging
label-returned = Teruggestuurd door een beheerder
label-time = Tijd (UTC)
label-result = Resultaat
label-from = Van
label-by = Naar
label-with = Met
label-delay = Duur

attempts-left-out = { $count ->
    [one] Eén poging ertussen is niet vermeld.
   *[other] { $count } pogingen ertussen zijn niet vermeld.
}
more-recipients = en nog { $count }
local-mailbox = postvak op deze server
note-header-only = Het oorspronkelijke bericht is { $size } groot. Alleen de kop is bijgevoegd.
page-link = Of de oorzaak nog bestaat, en hoe u het bericht opnieuw verzendt:
help-link = Hulp bij dit rapport:
help-admin-link = Hulp bij deze code voor beheerders:
contact = Vragen over dit rapport: { $postmaster }

# De lijst van vastgehouden post voor beheerders.
held-subject = { $count ->
    [one] { $count } bericht wordt vastgehouden
   *[other] { $count } berichten worden vastgehouden
}
held-lead = { $count ->
    [one] { $count } bericht is bij binnenkomst vastgehouden en wacht op uw beslissing.
   *[other] { $count } berichten zijn bij binnenkomst vastgehouden en wachten op uw beslissing.
}
held-reason = Reden: { $reason }
held-until = Zonder beslissing gaat het op { $moment } terug naar de afzender.
held-more = … en nog { $count }.
held-what-to-do = Bekijk ze en geef ze dan vrij of stuur ze terug:
