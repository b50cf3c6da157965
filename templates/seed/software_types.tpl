# Nothing on the slide
template software_types;
