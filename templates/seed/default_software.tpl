# Nothing on the slide
template default_software;
