//! The bracketed details that Exchange and Exchange Online add to their words.
//!
//! `[Message=…]`, `[LastAttemptedServerName=…]`, `{LED=…};{FQDN=…}`, `[Stage: …]`, `ATTR36`,
//! `AS(201806281)`: each becomes one field, as it is written. The names are theirs and are not
//! translated.

/// The names of fields between square brackets or braces that are taken.
const NAMES: [&str; 17] = [
    "Message",
    "LastAttemptedServerName",
    "LastAttemptedIP",
    "SmtpSecurity",
    "LED",
    "MSG",
    "FQDN",
    "IP",
    "LRT",
    "Stage",
    "Hostname",
    "Server",
    "Expected Subject",
    "OutboundProxyTargetIP",
    "OutboundProxyTargetHostName",
    "FrontEndServer",
    "InternalId",
];

/// Appends every detail in `text` that is not among `fields` yet.
pub(super) fn extract(text: &str, fields: &mut Vec<(String, String)>) {
    if fields.len() > 40 {
        return;
    }
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(step) = bytes.get(from..).and_then(|b| memchr::memchr2(b'[', b'{', b)) {
        let open = from + step;
        from = open + 1;
        let Some((name, value)) = bracketed(&text[open..]) else { continue };
        push(fields, name, value);
    }
    tags(text, "ATTR", fields);
    tags(text, "AS(", fields);
    tags(text, "(AS", fields);
}

/// `[Name=value]`, `[Name: value]` or `{Name=value}` at the start; brackets in the value nest.
fn bracketed(text: &str) -> Option<(&'static str, &str)> {
    let inside = &text[1..];
    let name = NAMES.iter().find(|name| {
        inside.strip_prefix(**name).is_some_and(|rest| rest.starts_with(['=', ':']))
    })?;
    let value_start = 1 + name.len() + 1;
    let (open, close) = if text.starts_with('[') { (b'[', b']') } else { (b'{', b'}') };
    let mut depth = 0u32;
    for (i, byte) in text.bytes().enumerate().take(2000) {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some((name, text[value_start..i].trim()));
            }
        }
    }
    None
}

/// `ATTR36`, `AS(7555)`, `AS7555`: the internal reason of a refusal.
fn tags(text: &str, start: &str, fields: &mut Vec<(String, String)>) {
    let mut from = 0;
    while let Some(step) = text[from..].find(start) {
        let at = from + step;
        from = at + start.len();
        let free = start.starts_with('(')
            || text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let digits: String =
            text[from..].chars().take_while(char::is_ascii_digit).take(12).collect();
        if free && !digits.is_empty() {
            push(fields, start.trim_matches('('), &digits);
        }
    }
}

fn push(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    let value = super::text::collapse(value, 500);
    if !value.is_empty() && !fields.iter().any(|(n, v)| n == name && *v == value) {
        fields.push((name.to_owned(), value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_become_fields() {
        let mut fields = Vec::new();
        extract(
            "450 4.4.317 Cannot connect to remote server [Message=451 5.7.3 STARTTLS is required \
             [x]] [LastAttemptedServerName=mail.corp.test] [LastAttemptedIP=192.0.2.7:25] \
             {LED=250 2.1.5};{IP=192.0.2.9} ATTR36 AS(201806281) [other=1] [Message=",
            &mut fields,
        );
        let get = |name: &str| {
            fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default()
        };
        assert_eq!(get("Message"), "451 5.7.3 STARTTLS is required [x]");
        assert_eq!(get("LastAttemptedServerName"), "mail.corp.test");
        assert_eq!(get("LastAttemptedIP"), "192.0.2.7:25");
        assert_eq!(get("LED"), "250 2.1.5");
        assert_eq!(get("ATTR"), "36");
        assert_eq!(get("AS"), "201806281");
        assert_eq!(fields.len(), 7);
    }
}
