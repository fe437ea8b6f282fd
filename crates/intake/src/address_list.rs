//! The addresses in a From, Sender or Reply-To field (RFC 5322 sections 3.2 and 3.4, RFC 6854 groups).
//!
//! This is the one reading of these fields: who may send as whom is decided on it, and what it does
//! not understand is not sent on. So it is strict where a reader after us could see another address
//! than we do: everything must be accounted for by the grammar, octet by octet.
//!
//! **What it takes.** Mailboxes with and without angle brackets, display names as words, quoted
//! strings and encoded words (which are words: nothing in them is an address), comments, nested ones
//! too, groups, folding, and from the obsolete grammar empty list elements, dots in display names, and
//! white space and comments around the dots and the at-sign of an address.
//!
//! **What it refuses.** Source routes within angle brackets, two addresses without a comma between
//! them, text after an address, anything left open, control characters.

use causeway_model::Address;

/// Comments within comments.
const DEPTH_LIMIT: usize = 16;

/// Addresses of one field.
const COUNT_LIMIT: usize = 1000;

/// Why a field cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not UTF-8, or with control characters.
    #[error("it has octets that no header field may have")]
    BadOctets,
    /// A quote, comment, bracket or group that has no end.
    #[error("a quote, a comment, an angle bracket or a group has no end")]
    Open,
    /// Comments too deep, or too many addresses.
    #[error("it is nested too deeply, or too long")]
    TooMuch,
    /// What stands there is no address.
    #[error("it has something that is no address")]
    NotAnAddress,
    /// Something stands where a comma or the end should be.
    #[error("it has more than addresses with commas between them")]
    Unseparated,
}

/// All addresses of a field, in order. `value` is what follows the colon, with its folding. Empty for
/// an empty group (`Undisclosed:;`).
///
/// # Errors
/// One [`ListError`] for the first thing that is wrong.
pub fn parse(value: &[u8]) -> Result<Vec<Address>, ListError> {
    let text = std::str::from_utf8(value).map_err(|_| ListError::BadOctets)?;
    let mut tokens = Tokens::new(text)?;
    let mut addresses = Vec::new();
    let mut in_group = false;
    loop {
        let item = Item::read(&mut tokens)?;
        match item.end {
            End::GroupBegins if !in_group && item.is_group_name() => {
                in_group = true;
                continue;
            }
            End::GroupBegins => return Err(ListError::NotAnAddress),
            End::GroupEnds if !in_group => return Err(ListError::Unseparated),
            End::Text if in_group => return Err(ListError::Open),
            End::Comma | End::GroupEnds | End::Text => {}
        }
        let end = item.end;
        if let Some(address) = item.address()? {
            if addresses.len() >= COUNT_LIMIT {
                return Err(ListError::TooMuch);
            }
            addresses.push(address);
        }
        match end {
            End::GroupEnds => {
                in_group = false;
                // After a group comes a comma or the end.
                match tokens.next() {
                    None => return Ok(addresses),
                    Some(Token::Special(',')) => {}
                    Some(_) => return Err(ListError::Unseparated),
                }
            }
            End::Text => return Ok(addresses),
            End::Comma | End::GroupBegins => {}
        }
    }
}

/// What the grammar is made of; comments and white space are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// Characters of an atom, without dots.
    Atom(String),
    /// A quoted string, with its quotes.
    Quoted(String),
    /// `[…]`, with its brackets.
    Literal(String),
    /// One of `< > , : ; @ .`.
    Special(char),
}

struct Tokens(std::vec::IntoIter<Token>);

impl Tokens {
    fn new(text: &str) -> Result<Self, ListError> {
        let mut tokens = Vec::new();
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                // Folding is white space; whether it stands at the start of a line was seen when the
                // header was cut into fields.
                ' ' | '\t' | '\r' | '\n' => {}
                '(' => skip_comment(&mut characters)?,
                '"' => tokens.push(Token::Quoted(quoted(&mut characters)?)),
                '[' => tokens.push(Token::Literal(literal(&mut characters)?)),
                '<' | '>' | ',' | ':' | ';' | '@' | '.' => tokens.push(Token::Special(c)),
                ')' | ']' | '\\' => return Err(ListError::NotAnAddress),
                c if c.is_control() => return Err(ListError::BadOctets),
                c => {
                    let mut atom = String::from(c);
                    while let Some(&next) = characters.peek() {
                        if next.is_control() || " ()<>[]:;@\\,.\"".contains(next) {
                            break;
                        }
                        atom.push(next);
                        characters.next();
                    }
                    tokens.push(Token::Atom(atom));
                }
            }
        }
        Ok(Self(tokens.into_iter()))
    }

    fn next(&mut self) -> Option<Token> {
        self.0.next()
    }
}

type Characters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_comment(characters: &mut Characters<'_>) -> Result<(), ListError> {
    let mut depth = 1;
    while let Some(c) = characters.next() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\\' => drop(characters.next().ok_or(ListError::Open)?),
            '\t' | '\r' | '\n' => {}
            c if c.is_control() => return Err(ListError::BadOctets),
            _ => {}
        }
        if depth == 0 {
            return Ok(());
        }
        if depth > DEPTH_LIMIT {
            return Err(ListError::TooMuch);
        }
    }
    Err(ListError::Open)
}

/// The rest of a quoted string; folding in it is taken out.
fn quoted(characters: &mut Characters<'_>) -> Result<String, ListError> {
    let mut text = String::from('"');
    while let Some(c) = characters.next() {
        match c {
            '"' => {
                text.push('"');
                return Ok(text);
            }
            '\\' => {
                let escaped = characters.next().ok_or(ListError::Open)?;
                if escaped.is_control() && escaped != '\t' {
                    return Err(ListError::BadOctets);
                }
                text.push('\\');
                text.push(escaped);
            }
            '\r' | '\n' => {}
            c if c.is_control() && c != '\t' => return Err(ListError::BadOctets),
            c => text.push(c),
        }
    }
    Err(ListError::Open)
}

fn literal(characters: &mut Characters<'_>) -> Result<String, ListError> {
    let mut text = String::from('[');
    for c in characters.by_ref() {
        match c {
            ']' => {
                text.push(']');
                return Ok(text);
            }
            ' ' | '\t' | '\r' | '\n' => {}
            c if c.is_control() || c == '[' || c == '\\' => return Err(ListError::BadOctets),
            c => text.push(c),
        }
    }
    Err(ListError::Open)
}

/// What ends a list element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Comma,
    GroupBegins,
    GroupEnds,
    Text,
}

/// One element of a list.
struct Item {
    /// What stands outside of angle brackets.
    words: Vec<Token>,
    /// What stands within them.
    angle: Option<Vec<Token>>,
    end: End,
}

impl Item {
    fn read(tokens: &mut Tokens) -> Result<Self, ListError> {
        let mut words = Vec::new();
        let mut angle = None;
        let end = loop {
            let token = match tokens.next() {
                None => break End::Text,
                Some(Token::Special(',')) => break End::Comma,
                Some(Token::Special(':')) => break End::GroupBegins,
                Some(Token::Special(';')) => break End::GroupEnds,
                Some(token) => token,
            };
            if angle.is_some() {
                return Err(ListError::Unseparated);
            }
            match token {
                Token::Special('<') => angle = Some(angle_tokens(tokens)?),
                Token::Special('>') => return Err(ListError::NotAnAddress),
                word => words.push(word),
            }
        };
        Ok(Self { words, angle, end })
    }

    /// Words and nothing else, at least one.
    fn is_group_name(&self) -> bool {
        self.angle.is_none() && !self.words.is_empty() && self.is_phrase()
    }

    /// Words and (obsolete) dots, and never an at-sign.
    fn is_phrase(&self) -> bool {
        self.words
            .iter()
            .all(|word| matches!(word, Token::Atom(_) | Token::Quoted(_) | Token::Special('.')))
    }

    /// Its address; `None` for an element with nothing in it.
    fn address(self) -> Result<Option<Address>, ListError> {
        match &self.angle {
            Some(_) if !self.is_phrase() => Err(ListError::NotAnAddress),
            Some(inside) => address_of(inside).map(Some),
            None if self.words.is_empty() => Ok(None),
            None => address_of(&self.words).map(Some),
        }
    }
}

fn angle_tokens(tokens: &mut Tokens) -> Result<Vec<Token>, ListError> {
    let mut inside = Vec::new();
    loop {
        match tokens.next() {
            None => return Err(ListError::Open),
            Some(Token::Special('>')) => return Ok(inside),
            Some(token) => inside.push(token),
        }
    }
}

/// `word *("." word) "@" (atom *("." atom) / literal)`.
fn address_of(tokens: &[Token]) -> Result<Address, ListError> {
    let at = tokens.iter().position(|token| *token == Token::Special('@'));
    let (local, domain) = tokens.split_at(at.ok_or(ListError::NotAnAddress)?);
    let local = local_part(local)?;
    let domain = match &domain[1..] {
        [Token::Literal(literal)] => literal.clone(),
        parts => dotted(parts, |token| match token {
            Token::Atom(atom) => Some(atom.clone()),
            _ => None,
        })?
        .join("."),
    };
    Address::parse(&format!("{local}@{domain}")).map_err(|_| ListError::NotAnAddress)
}

/// The local part: one quoted string, or atoms. The obsolete mixture of both is put together into one
/// quoted string.
fn local_part(tokens: &[Token]) -> Result<String, ListError> {
    if let [Token::Quoted(quoted)] = tokens {
        return Ok(quoted.clone());
    }
    let mut has_quotes = false;
    let parts = dotted(tokens, |token| match token {
        Token::Atom(atom) => Some(atom.clone()),
        Token::Quoted(quoted) => {
            has_quotes = true;
            Some(quoted.get(1..quoted.len().saturating_sub(1))?.to_owned())
        }
        _ => None,
    })?;
    let joined = parts.join(".");
    Ok(if has_quotes { format!("\"{joined}\"") } else { joined })
}

/// Parts with dots between them, none missing.
fn dotted(
    tokens: &[Token],
    mut part: impl FnMut(&Token) -> Option<String>,
) -> Result<Vec<String>, ListError> {
    let mut parts = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if i % 2 == 0 {
            parts.push(part(token).ok_or(ListError::NotAnAddress)?);
        } else if *token != Token::Special('.') {
            return Err(ListError::Unseparated);
        }
    }
    if tokens.len() % 2 == 1 { Ok(parts) } else { Err(ListError::NotAnAddress) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(value: &str) -> Vec<String> {
        let addresses = parse(value.as_bytes()).unwrap_or_else(|error| panic!("{value}: {error}"));
        addresses.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn addresses_are_found_in_every_form_of_the_standard() {
        for (value, addresses) in [
            ("a@b.test", &["a@b.test"][..]),
            (" Alice <a@b.test>\r\n", &["a@b.test"]),
            ("\"Alice, (x) <m@n.test>\" <a@b.test>", &["a@b.test"]),
            ("a@b.test, c@d.test", &["a@b.test", "c@d.test"]),
            ("a@b.test,\r\n\t\"C\"\r\n <c@d.test>", &["a@b.test", "c@d.test"]),
            ("Team: a@b.test, C <c@d.test>; ", &["a@b.test", "c@d.test"]),
            ("Team: a@b.test;, e@f.test", &["a@b.test", "e@f.test"]),
            ("Undisclosed recipients:;", &[]),
            ("A (a comment (in it) with <m@n.test>) <a@b.test> (end)", &["a@b.test"]),
            ("a(x)@(y)b.test", &["a@b.test"]),
            ("a . b @ c . test", &["a.b@c.test"]),
            ("John Q. Public <j@b.test>", &["j@b.test"]),
            ("\"a b\"@c.test", &["\"a b\"@c.test"]),
            ("\"a\".b@c.test", &["\"a.b\"@c.test"]),
            ("a@[192.0.2.1]", &["a@[192.0.2.1]"]),
            (",a@b.test,,c@d.test,", &["a@b.test", "c@d.test"]),
            ("J\u{fc}rgen <j\u{fc}rgen@b.test>", &["j\u{fc}rgen@b.test"]),
        ] {
            assert_eq!(read(value), addresses, "{value}");
        }
    }

    #[test]
    fn display_names_hide_no_address_and_show_none() {
        // What looks like an address in a name is a name; what is one is found.
        for (value, address) in [
            ("=?utf-8?q?boss=40ours.test?= <a@b.test>", "a@b.test"),
            ("=?utf-8?b?Ym9zc0BvdXJzLnRlc3Q=?= <a@b.test>", "a@b.test"),
            ("\"boss@ours.test\" <a@b.test>", "a@b.test"),
            ("boss(<a@b.test>) <m@n.test>", "m@n.test"),
            ("(boss@ours.test) m@n.test", "m@n.test"),
            // An encoded word is no address, whatever it would decode to.
            ("=?utf-8?q?boss?=@ours.test", "=?utf-8?q?boss?=@ours.test"),
        ] {
            assert_eq!(read(value), [address], "{value}");
        }
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        for (value, error) in [
            ("boss@ours.test <m@n.test>", ListError::NotAnAddress),
            ("boss@ours.test m@n.test", ListError::Unseparated),
            ("<m@n.test> <boss@ours.test>", ListError::Unseparated),
            ("<m@n.test> boss", ListError::Unseparated),
            ("<@boss.test:m@n.test>", ListError::NotAnAddress),
            ("<m@n.test>, boss", ListError::NotAnAddress),
            ("m@n.test; boss@ours.test", ListError::Unseparated),
            ("Team: a@b.test", ListError::Open),
            ("Team: Other: a@b.test;;", ListError::NotAnAddress),
            ("Team: a@b.test; c@d.test", ListError::Unseparated),
            (":a@b.test;", ListError::NotAnAddress),
            ("boss@ours.test: m@n.test;", ListError::NotAnAddress),
            ("\"open <m@n.test>", ListError::Open),
            ("(open <m@n.test>", ListError::Open),
            ("<m@n.test", ListError::Open),
            ("m@n.test>", ListError::NotAnAddress),
            ("a@b@c.test", ListError::Unseparated),
            ("a@b.test\u{0}", ListError::BadOctets),
            ("a..b@c.test", ListError::NotAnAddress),
            ("<>", ListError::NotAnAddress),
            ("boss", ListError::NotAnAddress),
            ("a b@c.test", ListError::Unseparated),
            ("<a@b.test, c@d.test>", ListError::Unseparated),
        ] {
            assert_eq!(parse(value.as_bytes()), Err(error), "{value}");
        }
        assert_eq!(parse(b"\xff@b.test"), Err(ListError::BadOctets));
        let deep = format!("{}a@b.test{}", "(".repeat(100), ")".repeat(100));
        assert_eq!(parse(deep.as_bytes()), Err(ListError::TooMuch));
    }

    #[test]
    fn an_empty_field_has_no_address() {
        assert_eq!(parse(b" \r\n"), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn reading_is_total(value in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = parse(&value);
        }

        #[test]
        fn near_misses_are_total(value in "[ab@.<>,:;()\"\\\\\\[\\] \r\n=?]{0,40}") {
            if let Ok(addresses) = parse(value.as_bytes()) {
                // What is found is an address by the program's own grammar.
                for address in addresses {
                    prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
                }
            }
        }

        #[test]
        fn what_is_written_is_found(names in proptest::collection::vec("[a-z]{1,8}", 1..6)) {
            let plain: Vec<String> = names.iter().map(|n| format!("{n}@b.test")).collect();
            let dressed: Vec<String> = names
                .iter()
                .enumerate()
                .map(|(i, n)| match i % 3 {
                    0 => format!("{n}@b.test"),
                    1 => format!("\"X, {n}\" <{n}@b.test>"),
                    _ => format!("{n} (c)\r\n <{n}@b.test>"),
                })
                .collect();
            prop_assert_eq!(read(&dressed.join(",\r\n ")), plain);
        }
    }
}
