"""Audio in: softphones and call servers on the audio socket, telephone platforms in their own protocols."""
