//! The knowledge: failure kinds, codes, causes, who acts, remedies, texts.
