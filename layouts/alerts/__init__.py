"""The page of alerts: cases listed, opened, signed for; and the news that every open page hears."""
