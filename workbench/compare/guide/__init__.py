"""Which way of answering to try: an interview, rules with reasons, and what measurement said of them."""
