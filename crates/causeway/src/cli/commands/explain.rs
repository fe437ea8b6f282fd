//! `causeway explain`: any report, reply, code or client error, explained without a server.

use std::io::{BufRead, Read};
use std::path::Path;

use causeway_report::read;
use serde::{Deserialize, Serialize};

use super::super::Answer;
use super::super::arguments::ExplainArguments;
use super::super::context::Context;
use super::super::failure::{Failure, say};
use super::super::output::{Output, Tone};
use super::super::words::{self, Words, harmless};

/// The longest message that is read: what mail systems let through, and some room.
const MAX_INPUT: u64 = 256 * 1024 * 1024;

/// The part of the document that is shown as text.
#[derive(Deserialize)]
struct View {
    recipients: Vec<ViewRecipient>,
    generator: Option<String>,
}

#[derive(Deserialize)]
struct ViewRecipient {
    address: Option<String>,
    enhanced_code: Option<String>,
    reply_code: Option<serde_json::Value>,
    code_name: Option<String>,
    action: String,
    permanent: bool,
    outcome: String,
    category: String,
    remote_mta: Option<String>,
    diagnostic: Option<String>,
    cause: String,
    who_acts: String,
    #[serde(default)]
    what_to_do: Vec<String>,
    #[serde(default)]
    why: Vec<String>,
}

/// A line of `--batch` for a file that could not be read.
#[derive(Serialize)]
struct Unreadable {
    recipients: [(); 0],
    generator: Option<String>,
    language: Option<String>,
    error: String,
}

pub(in super::super) fn run(
    context: &Context,
    arguments: &ExplainArguments,
) -> Result<Answer, Failure> {
    if arguments.batch {
        return batch(context, arguments);
    }
    let input = match (&arguments.text, &arguments.file) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(file)) if file.as_os_str() == "-" => {
            read_bounded(std::io::stdin().lock(), "standard input")?
        }
        (None, Some(file)) => read_file(file)?,
        (None, None) => return Err(Failure::bad_input(words::WHAT_TO_EXPLAIN)),
    };
    let explanation = read::read(&input);
    let document = if arguments.why {
        read::render_with_reasons(&explanation, context.language)
    } else {
        read::render(&explanation, context.language)
    };
    let mut output = context.output();
    if output.is_json() {
        output.json(&document)?;
        return Ok(Answer::Fine);
    }
    let view = serde_json::to_value(&document).and_then(serde_json::from_value);
    say_view(&view.map_err(|error| internal(&error))?, &mut output, context.words())?;
    Ok(Answer::Fine)
}

fn internal(error: &serde_json::Error) -> Failure {
    Failure::failed(format!("the explanation could not be written: {error}"))
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = std::fs::File::open(path).map_err(|error| {
        Failure::bad_input(format!(
            "{}: {error}; name a file with a message, - for standard input, or use --text",
            path.display()
        ))
    })?;
    read_bounded(file, &path.display().to_string())
}

fn read_bounded(input: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    input.take(MAX_INPUT).read_to_end(&mut bytes).map_err(|error| {
        Failure::bad_input(format!("{name} cannot be read: {error}; name a file with a message"))
    })?;
    Ok(bytes)
}

/// One document a line, in the order of the paths. A file that cannot be read gives a document
/// with `error`, a line on stderr, and exit status 1 at the end.
fn batch(context: &Context, arguments: &ExplainArguments) -> Result<Answer, Failure> {
    let mut output = context.output();
    let mut answer = Answer::Fine;
    let mut line = Vec::new();
    let mut paths = std::io::stdin().lock();
    loop {
        line.clear();
        let octets = paths.read_until(b'\n', &mut line).map_err(|error| {
            Failure::bad_input(format!("the list of paths cannot be read: {error}"))
        })?;
        if octets == 0 {
            break;
        }
        let path = path_of(&line);
        if path.as_os_str().is_empty() {
            continue;
        }
        match read_file(path) {
            Ok(bytes) => {
                let explanation = read::read(&bytes);
                if arguments.why {
                    output.raw_json(&read::render_with_reasons(&explanation, context.language))?;
                } else {
                    output.raw_json(&read::render(&explanation, context.language))?;
                }
            }
            Err(Failure::BadInput(error) | Failure::Failed(error)) => {
                say(&error);
                answer = Answer::No;
                let (generator, language) = (None, None);
                output.raw_json(&Unreadable { recipients: [], generator, language, error })?;
            }
            Err(other) => return Err(other),
        }
        output.raw("\n")?;
        // Each answer at once: whoever feeds the paths may wait for it.
        output.flush()?;
    }
    Ok(answer)
}

/// The path on a line: any octets but the line end.
fn path_of(line: &[u8]) -> &Path {
    use std::os::unix::ffi::OsStrExt;
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Path::new(std::ffi::OsStr::from_bytes(line))
}

fn say_view(view: &View, output: &mut Output, words: Words) -> Result<(), Failure> {
    if view.recipients.is_empty() {
        output.line(&words.text("cli-explain-none"))?;
    }
    for (n, recipient) in view.recipients.iter().enumerate() {
        if n > 0 {
            output.line("")?;
        }
        say_recipient(recipient, output, words)?;
    }
    if let Some(generator) = &view.generator {
        output.line("")?;
        let generator = harmless(generator, 200);
        output.line(&words.say("cli-written-by", &[("generator", generator.into())]))?;
    }
    output.flush()
}

fn say_recipient(
    recipient: &ViewRecipient,
    output: &mut Output,
    words: Words,
) -> Result<(), Failure> {
    let reply = recipient.reply_code.as_ref().map(|code| code.to_string().replace('"', ""));
    let codes: Vec<String> = reply
        .into_iter()
        .filter(|code| code != "null")
        .chain(recipient.enhanced_code.clone())
        .collect();
    let tone = match (recipient.action.as_str(), recipient.permanent) {
        ("failed", true) => Tone::Bad,
        ("failed" | "delayed", _) => Tone::Waiting,
        _ => Tone::Good,
    };
    if let Some(address) = &recipient.address {
        output.line(&harmless(address, 300))?;
    }
    let outcome = output.toned(tone, &recipient.outcome);
    output.line(&format!("  {outcome}"))?;
    let separator = if codes.is_empty() { "" } else { ", " };
    output.line(&format!("  {}{separator}{}", codes.join(" "), recipient.category))?;
    if let (Some(code), Some(name)) = (&recipient.enhanced_code, &recipient.code_name) {
        let variables = [("code", code.into()), ("name", name.into())];
        output.line(&format!("  {}", words.say("cli-code-name", &variables)))?;
    }
    output.line(&format!("  {}", harmless(&recipient.cause, 2000)))?;
    let who = words.text(&format!("who-{}", recipient.who_acts.replace('_', "-")));
    output.line(&format!("  {}", words.say("cli-who-acts", &[("who", who.into())])))?;
    for (n, step) in recipient.what_to_do.iter().enumerate() {
        output.line(&format!("  {}. {}", n + 1, harmless(step, 1000)))?;
    }
    let quoted = recipient
        .remote_mta
        .iter()
        .map(|name| ("cli-server", "name", name))
        .chain(recipient.diagnostic.iter().map(|text| ("cli-its-words", "words", text)))
        .chain(recipient.why.iter().map(|rule| ("cli-rule", "rule", rule)));
    for (key, variable, text) in quoted {
        let line = words.say(key, &[(variable, harmless(text, 1000).into())]);
        output.line(&format!("  {line}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_have_any_octets_but_a_line_end() {
        assert_eq!(path_of(b"a b\r\n"), Path::new("a b"));
        assert_eq!(path_of(b"c"), Path::new("c"));
        assert_eq!(path_of(b"\n"), Path::new(""));
    }
}
