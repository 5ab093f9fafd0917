"""What an installation is made with: the virtual environment and the assets. Standard library only."""
