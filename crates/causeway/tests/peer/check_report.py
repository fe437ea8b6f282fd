"""Reads our reports with programs that are not ours.

Arguments: a file of TXT records as JSON, then the reports. Prints one JSON document a report: what flufl.bounce
(as Mailman does) and Python's strict parser find, and which signatures dkimpy can verify.
"""

import email
import email.policy
import io
import json
import sys

import dkim
from flufl.bounce import all_failures


def defects(message):
    found = [repr(defect) for defect in message.defects]
    for header in message.values():
        found += [repr(defect) for defect in getattr(header, "defects", ())]
    if message.is_multipart():
        for part in message.iter_parts():
            found += defects(part)
    return found


def leaves(message):
    if message.is_multipart():
        return [kind for part in message.iter_parts() for kind in leaves(part)]
    return [message.get_content_type()]


def main():
    with open(sys.argv[1]) as file:
        records = json.load(file)

    def dns(name, timeout=5):
        key = name.decode() if isinstance(name, bytes) else name
        return records.get(key.rstrip("."), "").encode() or None

    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            octets = file.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        # Strict: a defect raises.
        message = email.message_from_bytes(octets, policy=email.policy.strict.clone(utf8=True))
        # The header's own defects are found when it is read.
        problems = defects(message)
        temporary, permanent = all_failures(email.message_from_bytes(octets))
        signatures = octets.split(b"\r\n\r\n")[0].lower().count(b"dkim-signature:")
        signed = octets[octets.lower().find(b"dkim-signature:"):] if signatures else octets
        verified = [dkim.DKIM(signed).verify(idx=i, dnsfunc=dns) for i in range(signatures)]
        print(json.dumps({
            "defects": problems,
            "type": message.get_content_type(),
            "report_type": message["content-type"].params.get("report-type"),
            "leaves": leaves(message),
            "subject": str(message["subject"]),
            "from": message["from"].addresses[0].addr_spec,
            "temporary": sorted(address.decode() for address in temporary),
            "permanent": sorted(address.decode() for address in permanent),
            "verified": verified,
        }))


main()
