"""What no topic covers yet, and topics whose words change."""
