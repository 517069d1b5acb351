"""Language models on servers with OpenAI's protocol, contacted only when a person asks for an answer or a test."""
