"""The processes of a studio: started, watched, ended."""
