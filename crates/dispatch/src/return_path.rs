//! Return paths of forwarded mail: our own addresses in the place of other people's, and back.
//!
//! A server that forwards mail under its first sender's address looks like a forger to the next one (SPF). So
//! the reverse-path becomes an address here, in the form of the Sender Rewriting Scheme:
//!
//! `SRS0=HASH=DAY=domain=local@ours`
//!
//! `HASH` is the beginning of an HMAC over the rest, under a key that only this server has, so that nobody can
//! make such an address and send through it; `DAY` says since when it counts. A report to it goes back to the
//! first sender, for [`DAYS`] days. Letter case does not matter, except within `local`, which is kept.
//!
//! **How it fails.** Where the first sender's address leaves no room (a local part has 64 octets) or
//! cannot stand in a local part, there is no such address: [`ReturnPaths::for_sender`] gives `None`.

use aws_lc_rs::{digest, hmac, rand};
use causeway_model::{Address, Domain, Timestamp};
use causeway_net::clock::Clock;
use causeway_policy::recipient::{RETURN_PATH, is_return_path};
use causeway_store::{SharedStore, StoreError};

/// How long such an address counts.
pub const DAYS: u32 = 21;

/// Where the store keeps the key.
const KEY: &str = "return-path/key";

/// Characters of the hash: 40 bits.
const HASH_LENGTH: usize = 8;

/// Digits of hash and day: RFC 4648 section 6, lower case.
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Days are counted to this and begin anew.
const DAY_CYCLE: u32 = 1024;

/// Makes and reads such addresses.
#[derive(Debug)]
pub struct ReturnPaths {
    key: hmac::Key,
    clock: Clock,
}

impl ReturnPaths {
    /// With the key of the store, which gets one when it has none.
    ///
    /// # Errors
    /// The store's; or the system gave no random numbers.
    pub async fn open(store: &SharedStore, clock: Clock) -> Result<Self, StoreError> {
        let kept = store.recall(KEY.into()).await?;
        let secret = match kept {
            Some(secret) => secret,
            None => {
                let mut octets = [0; 32];
                rand::fill(&mut octets).map_err(|_| StoreError::Io {
                    detail: "the system gives no random numbers".into(),
                })?;
                let secret: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
                store.remember(KEY.into(), secret.clone()).await?;
                secret
            }
        };
        Ok(Self::new(secret.as_bytes(), clock))
    }

    fn new(secret: &[u8], clock: Clock) -> Self {
        let secret = digest::digest(&digest::SHA256, secret);
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_ref()), clock }
    }

    /// An address at `domain` whose reports go back to `sender`; `None` when there is no room for it.
    #[must_use]
    pub fn for_sender(&self, sender: &Address, domain: &Domain) -> Option<Address> {
        let rest =
            format!("{}={}={}", two_digits(day(self.clock.now())), sender.domain(), sender.local());
        let local = format!("{}{}={rest}", RETURN_PATH.to_uppercase(), self.hash(&rest));
        Address::new(&local, domain).ok()
    }

    /// Whose reports such an address takes; `None` when it is none of ours, or too old.
    #[must_use]
    pub fn original(&self, address: &Address) -> Option<Address> {
        if !is_return_path(address) {
            return None;
        }
        let (hash, rest) = address.local().get(RETURN_PATH.len()..)?.split_once('=')?;
        let expected = self.hash(rest);
        let is_ours = aws_lc_rs::constant_time::verify_slices_are_equal(
            expected.as_bytes(),
            hash.to_ascii_lowercase().as_bytes(),
        );
        is_ours.ok()?;
        let (made, who) = rest.split_once('=')?;
        let age = (DAY_CYCLE + day(self.clock.now()) - number(made)?) % DAY_CYCLE;
        if age > DAYS {
            return None;
        }
        let (domain, local) = who.split_once('=')?;
        Address::new(local, &Domain::parse(domain).ok()?).ok()
    }

    fn hash(&self, rest: &str) -> String {
        let tag = hmac::sign(&self.key, rest.to_lowercase().as_bytes());
        let digit = |octet: &u8| char::from(DIGITS[usize::from(octet & 31)]);
        tag.as_ref().iter().take(HASH_LENGTH).map(digit).collect()
    }
}

/// Days since 1970, modulo [`DAY_CYCLE`].
fn day(at: Timestamp) -> u32 {
    let days = at.as_millis().max(0) / 86_400_000;
    u32::try_from(days % i64::from(DAY_CYCLE)).unwrap_or(0)
}

fn two_digits(day: u32) -> String {
    let digit = |n: u32| char::from(DIGITS[(n & 31) as usize]);
    [digit(day >> 5), digit(day)].iter().collect()
}

fn number(text: &str) -> Option<u32> {
    let value = |octet: u8| DIGITS.iter().position(|d| *d == octet.to_ascii_lowercase());
    match text.as_bytes() {
        [high, low] => u32::try_from(value(*high)? * 32 + value(*low)?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn paths(clock: &Clock) -> ReturnPaths {
        ReturnPaths::new(b"secret", clock.clone())
    }

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_goes_there_and_back_for_three_weeks() {
        // The count of days begins anew within the three weeks.
        let start = Timestamp::from_millis(1020 * 86_400_000);
        let clock = Clock::manual(start);
        let ours = Domain::parse("ours.test").unwrap();
        let sender = address("Anna.Lang+x=y@ext.test");
        let path = paths(&clock).for_sender(&sender, &ours).unwrap();
        assert!(path.to_string().starts_with("SRS0="), "{path}");
        assert!(path.to_string().ends_with("=ext.test=Anna.Lang+x=y@ours.test"), "{path}");
        let back = |text: &str| paths(&clock).original(&address(text)).map(|a| a.to_string());
        assert_eq!(back(&path.to_string()).as_deref(), Some("Anna.Lang+x=y@ext.test"));
        // Servers in between may have changed the case.
        assert_eq!(
            back(&path.to_string().to_lowercase()).as_deref(),
            Some("anna.lang+x=y@ext.test")
        );
        clock.advance_to(start.plus(Duration::from_secs(21 * 86_400)));
        assert!(back(&path.to_string()).is_some());
        clock.advance_to(start.plus(Duration::from_secs(22 * 86_400)));
        assert_eq!(back(&path.to_string()), None);
    }

    #[test]
    fn nobody_else_can_make_one() {
        let clock = Clock::manual(Timestamp::from_millis(0));
        let ours = Domain::parse("ours.test").unwrap();
        let path = paths(&clock).for_sender(&address("a@ext.test"), &ours).unwrap().to_string();
        let other = ReturnPaths::new(b"another", clock.clone());
        assert_eq!(other.original(&address(&path)), None);
        for forged in [
            path.replace("=a@", "=b@"),
            path.replace("ext.test", "evil.test"),
            path.replacen("aa=", "ab=", 1),
            "SRS0=@ours.test".into(),
            "SRS0=aaaaaaaa=aa=ext.test=a@ours.test".into(),
            "SRS0=aaaaaaaa=aa=ext.test@ours.test".into(),
            "SRS0==aa=ext.test=a@ours.test".into(),
            "a@ours.test".into(),
        ] {
            assert_eq!(paths(&clock).original(&address(&forged)), None, "{forged}");
        }
    }

    #[test]
    fn an_address_without_room_has_none() {
        let clock = Clock::manual(Timestamp::from_millis(0));
        let ours = Domain::parse("ours.test").unwrap();
        let long = address(&format!("{}@ext.test", "x".repeat(50)));
        assert_eq!(paths(&clock).for_sender(&long, &ours), None);
        assert_eq!(paths(&clock).for_sender(&address("\"a b\"@ext.test"), &ours), None);
    }

    proptest::proptest! {
        #[test]
        fn reading_is_total_and_only_takes_what_was_made(text in "(SRS0=|srs0=)?[a-z0-9=.+-]{0,60}@ours.test") {
            let clock = Clock::manual(Timestamp::from_millis(0));
            if let Ok(address) = text.parse::<Address>() {
                proptest::prop_assert_eq!(paths(&clock).original(&address), None);
            }
        }
    }
}
