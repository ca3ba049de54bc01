"""The pages on which people act: plain forms that work without scripts, over the same functions as the API (`service.api.doing`)."""
