//! Text without a message header: a report somebody pasted, a server's reply, a code, lines of a
//! log, a mail program's error, or something that only speaks of such things.
//!
//! A header says much about whether something is a report; pasted text has none. So the text itself
//! must show it: a few lines may be a reply or a phrase alone; more than that must be laid out as
//! reports are, name somebody, and not look like source code or documentation.

use super::classify::{Draft, conclude};
use super::evidence::{is_delay, strong_phrase};
use super::report::{from_statuses, limited, mentions, nothing, with_entries};
use super::{
    Category, Explanation, Kind, client_errors, codes, delivery_status, dialects, free_text,
    language, log_lines, phrases, text,
};

/// Up to so many lines a reply or a code alone is enough.
const FEW_LINES: usize = 6;

/// Reads text without a message header.
pub(super) fn read(human: &str) -> Explanation {
    let human = limited(human, text::MAX_TEXT);
    if let Some(unquoted) = free_text::unquote(&human)
        && unquoted.len() * 2 > human.len()
    {
        return read(&unquoted);
    }
    let language = language::detect(&human);
    let shape = Shape::of(&human);
    if let Some(draft) = client_errors::read(&human).filter(|_| shape.may_be_dialog()) {
        return client_error(draft, &human, language);
    }
    if let Some(recipients) = log_lines::read(&human) {
        return Explanation { kind: Kind::Line, recipients, generator: None, language };
    }
    let lower = limited(&human, 6000).to_lowercase();
    let mut statuses = Vec::new();
    if delivery_status::looks_like(&human) && !shape.is_source() {
        statuses.push(delivery_status::parse(free_text::split_original(&human).0.as_bytes()));
    }
    let free = free_text::read(&human, &[]);
    let facts = Facts {
        has_status: statuses.iter().any(|status| !status.recipients.is_empty()),
        names_somebody: !free.entries.is_empty(),
        report_phrase: strong_phrase(&lower),
        reply: codes::reply(&free.human).is_some_and(|found| found.code >= 400),
        reply_line: codes::begins_a_line(&free.human),
        enhanced: codes::enhanced(&free.human).is_some(),
        system: dialects::by_text(&lower).is_some(),
        phrase: phrases::find(&phrases::reduce(&free.human)).strong.map(|hit| hit.category),
    };
    if !facts.are_enough(&shape) {
        return Explanation { language, ..nothing() };
    }
    let short = free.human.len() < 2000;
    let delay = is_delay("", &lower);
    let mut drafts = from_statuses(&statuses, &free);
    if drafts.iter().all(|draft| draft.address.is_none()) {
        drafts = with_entries(drafts, free.entries.clone(), None);
    }
    if drafts.is_empty() {
        drafts.push(Draft { why: vec!["a line without an address".into()], ..Draft::default() });
    }
    let (single, count) = (drafts.len() == 1, drafts.len());
    let recipients = drafts
        .into_iter()
        .map(|mut draft| {
            draft.single = single;
            if single {
                if draft.diagnostic.is_none() && (draft.segment.is_empty() || short) {
                    draft.segment = free.human.clone();
                }
                draft.context = limited(&free.human, 8192).into_owned();
            } else {
                draft.context = mentions(&free.human, draft.address.as_deref(), count);
            }
            draft.delay = delay && draft.action.is_none();
            conclude(draft)
        })
        .collect();
    let kind = if facts.report_phrase || facts.has_status { Kind::Report } else { Kind::Line };
    let generator = dialects::by_text(&lower).map(str::to_owned);
    Explanation { kind, recipients, generator, language }
}

fn client_error(mut draft: Draft, human: &str, language: Option<&'static str>) -> Explanation {
    let entries = free_text::read(human, &[]).entries;
    if let Some(entry) = entries.into_iter().next() {
        draft.address = Some(entry.address);
    }
    let generator = client_errors::program(human).map(str::to_owned);
    Explanation { kind: Kind::ClientError, recipients: vec![conclude(draft)], generator, language }
}

/// What a text shows that speaks for a report.
struct Facts {
    has_status: bool,
    names_somebody: bool,
    report_phrase: bool,
    reply: bool,
    reply_line: bool,
    enhanced: bool,
    system: bool,
    phrase: Option<Category>,
}

impl Facts {
    fn are_enough(&self, shape: &Shape) -> bool {
        if self.has_status {
            return true;
        }
        if shape.is_source() {
            return false;
        }
        let coded = self.reply || self.enhanced;
        if shape.lines <= FEW_LINES && shape.octets <= 2000 {
            // A word or two of a general kind ("macro", "policy") make no report of a sentence.
            let telling = self.phrase.is_some_and(|category| category != Category::ContentError);
            let plain = shape.marked == 0;
            return self.reply
                || (self.enhanced && (plain || telling) && shape.lines <= 3)
                || (self.report_phrase && plain)
                || (telling && plain && shape.lines <= 2)
                || (self.names_somebody && (coded || telling));
        }
        self.names_somebody
            && (self.report_phrase || self.system || (self.reply && self.phrase.is_some()))
            || self.system && (self.report_phrase || coded)
            || self.reply_line && shape.octets <= 8000
    }
}

/// How a text is laid out.
struct Shape {
    octets: usize,
    /// Lines with something in them.
    lines: usize,
    /// Lines as source code, documentation or tables have them.
    marked: usize,
}

impl Shape {
    fn of(text: &str) -> Self {
        let mut shape = Self { octets: text.trim().len(), lines: 0, marked: 0 };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(2000) {
            shape.lines += 1;
            shape.marked += usize::from(is_marked(line));
        }
        shape
    }

    /// True when enough lines are of the kind that programs and their manuals consist of.
    fn is_source(&self) -> bool {
        self.marked >= 3 && self.marked * 6 >= self.lines
    }

    /// True when it can be the text of a dialog box, or a mail in which somebody copied one.
    fn may_be_dialog(&self) -> bool {
        self.octets <= 6000 && !self.is_source()
    }
}

/// Beginnings of lines in programs, their configuration and their documentation.
#[rustfmt::skip]
static MARKED_STARTS: &[&str] = &[
    "#!", "//", "/*", "*/", "```", "\"\"\"", "'''", "#include", "#[", "# ", "## ", "### ", "- [", "- `",
    "* `", "<?", "import ", "def ", "class ", "fn ", "pub ", "let ", "const ", "static ", "return ",
    "if (", "elif ", "else:", "for (", "while ", "package ", "use ", "sub ", "my ", "function ", "var ",
    "try:", "except ", "raise ", "self.", "print(", "assert", "struct ", "enum ", "impl ", "mod ",
    "export ", "echo ", "set ", "@param", "@return", "public ", "private ", "begin ", "=head", "=item",
];

/// Pieces that occur in lines of programs and of marked-up text, and hardly in reports.
#[rustfmt::skip]
static MARKED_PIECES: &[&str] = &[
    " = ", " == ", " != ", " += ", "()", "(\"", "('", "\\n\"", "](", "`", " => ", "){", ") {", "&&", "\": ",
];

fn is_marked(line: &str) -> bool {
    MARKED_STARTS.iter().any(|start| line.starts_with(start))
        || line.ends_with(['{', '}', ';'])
        || line.ends_with("\",")
        || (line.starts_with("| ") && line.ends_with(" |"))
        || MARKED_PIECES.iter().any(|piece| line.contains(piece))
}
