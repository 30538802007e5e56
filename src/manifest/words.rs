//! One macro for every enum of the manifest that is written as one of a few fixed words.

/// Declares an enum together with its words, so that reading, writing and hints share one table.
macro_rules! words {
    (
        $(#[$about:meta])*
        $name:ident { $( $(#[$note:meta])* $variant:ident = $word:literal, )+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name { $( $(#[$note])* $variant, )+ }

        impl $name {
            /// Every value with the word that the manifest uses for it.
            pub(crate) const WORDS: &[(&'static str, Self)] = &[ $( ($word, Self::$variant), )+ ];

            /// The word that the manifest uses for this value.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
    };
}

pub(super) use words;
