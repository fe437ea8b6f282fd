# What a report, a reply or an error line of any mail system means.
