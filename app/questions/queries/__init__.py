"""Every read of questions: `public` for what anybody may see, the others for the office."""
