//! Writing MAIL and RCPT with their parameters.
//!
//! Everything that comes from mail is an [`Address`](causeway_model::Address), which has no control
//! characters, or goes through an encoding that lets none through; so no value can end the line.

use std::fmt::Write as _;

use bytes::{BufMut, BytesMut};
use causeway_model::{BodyType, Notify, Return};

use super::{Capabilities, OutRecipient, Transaction};
use crate::xtext;

/// Appends MAIL.
pub(super) fn put_mail(out: &mut BytesMut, transaction: &Transaction<'_>, peer: &Capabilities) {
    // Writing into memory cannot fail, here and below.
    let _ = write!(out, "MAIL FROM:<{}>", transaction.reverse_path);
    if peer.size.is_some() {
        let _ = write!(out, " SIZE={}", transaction.size);
    }
    if let Some(body) = body_parameter(transaction, peer) {
        out.put_slice(body);
    }
    if transaction.needs_smtputf8() {
        out.put_slice(b" SMTPUTF8");
    }
    if peer.dsn {
        match transaction.ret {
            Some(Return::Full) => out.put_slice(b" RET=FULL"),
            Some(Return::Headers) => out.put_slice(b" RET=HDRS"),
            None => {}
        }
        if let Some(envid) = transaction.envid.filter(|envid| !envid.is_empty()) {
            let mut encoded = String::with_capacity(envid.len() + 8);
            xtext::encode_xtext(envid, &mut encoded);
            let _ = write!(out, " ENVID={encoded}");
        }
    }
    out.put_slice(b"\r\n");
}

/// `BODY=`, when there is something to say and a peer that understands it.
fn body_parameter(transaction: &Transaction<'_>, peer: &Capabilities) -> Option<&'static [u8]> {
    match transaction.body_type {
        BodyType::BinaryMime => Some(b" BODY=BINARYMIME"),
        _ if !peer.eight_bit_mime => None,
        BodyType::EightBitMime => Some(b" BODY=8BITMIME"),
        BodyType::SevenBit => transaction.eight_bit.then_some(b" BODY=8BITMIME"),
    }
}

/// Appends RCPT.
pub(super) fn put_rcpt(
    out: &mut BytesMut,
    recipient: &OutRecipient<'_>,
    peer: &Capabilities,
    smtputf8: bool,
) {
    let _ = write!(out, "RCPT TO:<{}>", recipient.address);
    if peer.dsn {
        if let Some(notify) = recipient.notify {
            put_notify(out, notify);
        }
        if let Some((kind, address)) = recipient.orcpt {
            put_orcpt(out, kind, address, smtputf8);
        }
    }
    out.put_slice(b"\r\n");
}

fn put_notify(out: &mut BytesMut, notify: Notify) {
    out.put_slice(b" NOTIFY=");
    let words = [(notify.success, "SUCCESS"), (notify.failure, "FAILURE"), (notify.delay, "DELAY")];
    let mut first = true;
    for (_, word) in words.iter().filter(|(wanted, _)| *wanted) {
        if !first {
            out.put_u8(b',');
        }
        first = false;
        out.put_slice(word.as_bytes());
    }
    if first {
        out.put_slice(b"NEVER");
    }
}

fn put_orcpt(out: &mut BytesMut, kind: &str, address: &str, smtputf8: bool) {
    // What cannot be said in the grammar is left out: it is information, not routing.
    if !xtext::is_address_type(kind) || address.is_empty() {
        return;
    }
    let mut encoded = String::with_capacity(address.len() + 8);
    if kind.eq_ignore_ascii_case("utf-8") {
        xtext::encode_utf8_address(address, smtputf8, &mut encoded);
    } else {
        xtext::encode_xtext(address, &mut encoded);
    }
    let _ = write!(out, " ORCPT={kind};{encoded}");
}
