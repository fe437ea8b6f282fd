//! Lines and commands: any octets give lines and commands or typed errors. A line never has a CR, LF
//! or NUL; what MAIL and RCPT understood is text that can stand in a header line and on the wire; and
//! our answer to a faulty command is exactly one line.

#![no_main]

use bytes::BytesMut;
use causeway_smtp::{Command, RcptTo, looks_like_other_protocol, take_line, write_reply};
use libfuzzer_sys::fuzz_target;

fn plain(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
}

fuzz_target!(|input: &[u8]| {
    let _ = looks_like_other_protocol(input);
    let mut buffer = BytesMut::from(input);
    loop {
        let before = buffer.len();
        match take_line(&mut buffer, 2048) {
            Ok(None) => break,
            Ok(Some(line)) => {
                assert!(!line.iter().any(|octet| b"\r\n\0".contains(octet)));
                check(&line);
            }
            Err(_) if buffer.len() == before => break,
            Err(_) => {}
        }
        assert!(buffer.len() < before);
    }
});

fn check(line: &[u8]) {
    match Command::parse(line) {
        Ok(Command::Mail { reverse_path, parameters }) => {
            plain(&reverse_path.to_string());
            parameters.envid.iter().for_each(|envid| plain(envid));
            assert!(parameters.smtputf8 || reverse_path.to_string().is_ascii());
        }
        Ok(Command::Rcpt { to, parameters }) => {
            if let RcptTo::Address(address) = to {
                plain(&address.to_string());
                assert!(parameters.utf8_path || !address.needs_smtputf8());
            }
            if let Some((kind, address)) = parameters.orcpt {
                plain(&kind);
                plain(&address);
            }
        }
        Ok(Command::Ehlo(name) | Command::Helo(name)) => {
            plain(&name);
            assert!(name.is_ascii() && !name.is_empty());
        }
        Ok(_) => {}
        Err(error) => {
            let reply = error.reply();
            assert!(reply.is_permanent());
            let mut out = BytesMut::new();
            write_reply(&mut out, &reply);
            assert_eq!(out.iter().filter(|&&octet| octet == b'\n').count(), 1);
        }
    }
}
