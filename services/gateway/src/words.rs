//! Words that a read model keeps: an enum for each set of them.

/// An enum whose variants are the same word everywhere, in kebab-case: as text in PostgreSQL, in JSON, and in a query string,
/// where any other word is a 400.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
        #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "kebab-case")]
        #[strum(serialize_all = "kebab-case", const_into_str)]
        pub enum $name {
            $($(#[$doc])* $variant),*
        }

        impl $name {
            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                self.into_str()
            }
        }

        impl TryFrom<String> for $name {
            type Error = strum::ParseError;
            fn try_from(text: String) -> Result<Self, strum::ParseError> {
                text.parse()
            }
        }

        vocabulary::stored_as_text!($name);
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    words! {
        /// Kinds of partner.
        Kind {
            /// One word.
            School,
            /// Two.
            PrimarySchool,
        }
    }

    #[test]
    fn a_word_is_the_same_in_a_table_and_in_json() {
        for (kind, word) in [(Kind::School, "school"), (Kind::PrimarySchool, "primary-school")] {
            assert_eq!(kind.as_str(), word);
            assert_eq!(Kind::try_from(word.to_owned()), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), word);
        }
        assert!(Kind::try_from("imagined".to_owned()).is_err());
    }
}
