//! What a server offers in its answer to EHLO (RFC 5321 section 4.1.1.1).

use causeway_model::Reply;

/// The limits that a server announced with LIMITS (RFC 9422).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionLimits {
    /// `MAILMAX`: messages in one session.
    pub mail_max: Option<u64>,
    /// `RCPTMAX`: recipients of one message.
    pub rcpt_max: Option<u64>,
    /// `RCPTDOMAINMAX`: recipient domains of one message.
    pub rcpt_domain_max: Option<u64>,
}

/// What a server offers. All false after HELO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It answered EHLO; false after HELO.
    pub extended: bool,
    /// `PIPELINING` (RFC 2920).
    pub pipelining: bool,
    /// `SIZE` (RFC 1870): octets of the biggest message, 0 when it names no limit; `None` when not
    /// offered.
    pub size: Option<u64>,
    /// `8BITMIME` (RFC 6152).
    pub eight_bit_mime: bool,
    /// `SMTPUTF8` (RFC 6531).
    pub smtputf8: bool,
    /// `CHUNKING` (RFC 3030).
    pub chunking: bool,
    /// `BINARYMIME` (RFC 3030).
    pub binary_mime: bool,
    /// `DSN` (RFC 3461).
    pub dsn: bool,
    /// `ENHANCEDSTATUSCODES` (RFC 2034).
    pub enhanced_status_codes: bool,
    /// `STARTTLS` (RFC 3207).
    pub starttls: bool,
    /// The mechanisms of `AUTH` (RFC 4954), upper case, in their order.
    pub auth: Vec<String>,
    /// `LIMITS` (RFC 9422).
    pub limits: SessionLimits,
    /// The lines of the answer as they came, the greeting first.
    pub raw_lines: Vec<String>,
    /// What it answered to EHLO before it took HELO.
    pub refused_ehlo: Option<Reply>,
}

impl Capabilities {
    /// Reads a positive answer to EHLO. Keywords count in any case; what is not known is kept in
    /// [`Self::raw_lines`] only.
    #[must_use]
    pub fn from_ehlo(reply: &Reply) -> Self {
        let mut found = Self { extended: true, raw_lines: reply.lines.clone(), ..Self::default() };
        for line in reply.lines.iter().skip(1) {
            found.read_line(line);
        }
        found
    }

    /// A positive answer to HELO: nothing is offered.
    #[must_use]
    pub fn from_helo(reply: &Reply) -> Self {
        Self { raw_lines: reply.lines.clone(), ..Self::default() }
    }

    fn read_line(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace();
        let Some(keyword) = words.next() else { return };
        match keyword.to_ascii_uppercase().as_str() {
            "PIPELINING" => self.pipelining = true,
            "SIZE" => {
                self.size = Some(words.next().and_then(|word| word.parse().ok()).unwrap_or(0));
            }
            "8BITMIME" => self.eight_bit_mime = true,
            "SMTPUTF8" => self.smtputf8 = true,
            "CHUNKING" => self.chunking = true,
            "BINARYMIME" => self.binary_mime = true,
            "DSN" => self.dsn = true,
            "ENHANCEDSTATUSCODES" => self.enhanced_status_codes = true,
            "STARTTLS" => self.starttls = true,
            "AUTH" => self.add_mechanisms(words),
            "LIMITS" => words.for_each(|word| self.limits.read(word)),
            // The form before RFC 4954, still sent by some servers beside the right one.
            other if other.starts_with("AUTH=") => {
                self.add_mechanisms(line["AUTH=".len()..].split_ascii_whitespace());
            }
            _ => {}
        }
    }

    fn add_mechanisms<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for word in words.map(str::to_ascii_uppercase) {
            if !self.auth.contains(&word) {
                self.auth.push(word);
            }
        }
    }

    /// The most recipients to give in one transaction, when the server says so (`RCPTMAX`). Those
    /// beyond it would be answered with 452.
    #[must_use]
    pub fn recipients_per_transaction(&self) -> Option<usize> {
        let max = self.limits.rcpt_max?;
        Some(usize::try_from(max).unwrap_or(usize::MAX).max(1))
    }
}

impl SessionLimits {
    fn read(&mut self, word: &str) {
        let Some((name, value)) = word.split_once('=') else { return };
        let Ok(value) = value.parse() else { return };
        match name.to_ascii_uppercase().as_str() {
            "MAILMAX" => self.mail_max = Some(value),
            "RCPTMAX" => self.rcpt_max = Some(value),
            "RCPTDOMAINMAX" => self.rcpt_domain_max = Some(value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Capabilities {
        let lines = lines.iter().map(ToString::to_string).collect();
        Capabilities::from_ehlo(&Reply { code: 250, enhanced: None, lines })
    }

    #[test]
    fn keywords_count_in_any_case_and_the_greeting_is_none() {
        let found = read(&[
            "PIPELINING greets you",
            "size 1000",
            "8bitMime",
            "Auth PLAIN login",
            "AUTH=LOGIN CRAM-MD5",
            "LIMITS RCPTMAX=20 mailmax=5 FOO=1 RCPTDOMAINMAX=x",
            "X-UNKNOWN ü",
            "",
        ]);
        assert!(!found.pipelining && found.eight_bit_mime && found.extended);
        assert_eq!(found.size, Some(1000));
        assert_eq!(found.auth, ["PLAIN", "LOGIN", "CRAM-MD5"]);
        assert_eq!(found.limits.mail_max, Some(5));
        assert_eq!(found.limits.rcpt_domain_max, None);
        assert_eq!(found.recipients_per_transaction(), Some(20));
        assert_eq!(found.raw_lines.len(), 8);
    }

    #[test]
    fn a_size_without_a_number_is_no_limit() {
        assert_eq!(read(&["x", "SIZE"]).size, Some(0));
        assert_eq!(read(&["x", "SIZE many"]).size, Some(0));
        assert_eq!(read(&["x"]).size, None);
    }
}
