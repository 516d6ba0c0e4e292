"""The GP as a source: referrals to the social domain and the consent they stand on, in FHIR R4."""
